"""Small to find, wide to read: sentences, read with their neighbours."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
from pydantic import NonNegativeInt, PositiveInt

from ragtune.chunkers._packing import Ruler, fit, stripped, words
from ragtune.chunkers._sentences import sentence_bounds
from ragtune.chunkers._structured import StructuredChunker
from ragtune.component import register, work
from ragtune.types import Chunks, Corpus, Document, Span, Tokens


@register
class SentenceWindow(StructuredChunker):
    """Each sentence is found by itself, and read with `window` sentences on either side.

    LlamaIndex's SentenceWindowNodeParser with its MetadataReplacementPostProcessor. Sentences are Punkt's; one of more
    than `size_tokens` is cut at words, and each part counts as a sentence.
    Source: LlamaIndex's SentenceWindowNodeParser
    """

    size_tokens: PositiveInt = 256
    window: NonNegativeInt = 3

    @work(keep="file", online=False)
    def cut(self, corpus: Corpus, tokenizer: Tokens) -> Chunks:  # type: ignore[override]
        """Sentences, and how far each is read."""
        chunks = super().cut(corpus, tokenizer)
        rows = np.arange(len(chunks))
        first = np.searchsorted(chunks.document, chunks.document, side="left")
        last = np.searchsorted(chunks.document, chunks.document, side="right") - 1
        start = chunks.start[np.maximum(rows - self.window, first)]
        end = chunks.end[np.minimum(rows + self.window, last)]
        return chunks.widened(start, end, needed=np.ones(len(chunks), dtype=np.int64))

    def measured_spans(self, document: Document, ruler: Ruler) -> Iterable[Span]:
        """The sentences of one document, without the white space between them."""
        text = document.text
        bounds = sentence_bounds(text, 0, len(text))
        low, high = ruler.marks(bounds[:-1], bounds[1:])
        for (start, end), size in zip(pairwise(bounds), (high - low).tolist(), strict=True):
            if size <= self.size_tokens:
                yield stripped(text, start, end)
            else:
                yield from fit(text, start, end, ruler, self.size_tokens, [words, ruler.bounds])
