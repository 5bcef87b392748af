"""Windows of a fixed number of tokens."""

from __future__ import annotations

import numpy as np

from ragtune.chunkers import SizedChunker, gather
from ragtune.component import register, work
from ragtune.types import Chunks, Corpus, Span, Tokens


@register
class TokenWindow(SizedChunker):
    """Windows of `size_tokens`, each beginning `size_tokens - overlap_tokens` after the last; the rest is the last one.

    The "TokenText" of Chroma's chunking study. Cuts fall between characters, wherever the tokenizer's tokens begin.
    Source: Chroma's chunking study, TokenTextSplitter
    """

    @work(keep="file", online=False)
    def cut(self, corpus: Corpus, tokenizer: Tokens) -> Chunks:  # type: ignore[override]
        """Cut every document at its tokens."""
        bounds = zip(corpus.offsets[:-1].tolist(), corpus.offsets[1:].tolist(), strict=True)
        return gather(corpus, (self._windows(tokenizer, begin, end) for begin, end in bounds))

    def _windows(self, tokens: Tokens, begin: int, end: int) -> list[Span]:
        first, last = np.searchsorted(tokens.starts, [begin, end])
        starts = [*(tokens.starts[first:last] - begin).tolist(), end - begin]
        step = self.size_tokens - self.overlap_tokens
        spans = []
        for at in range(0, len(starts) - 1, step):
            stop = min(at + self.size_tokens, len(starts) - 1)
            spans.append(Span(starts[at], starts[stop]))
            if stop == len(starts) - 1:
                break
        return spans
