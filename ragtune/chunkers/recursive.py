"""Text cut at the first separator that it has, what is too large at the next one, and the pieces packed up to a size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import numpy as np
from pydantic import Field

from ragtune.chunkers import SizedChunker
from ragtune.chunkers._counting import character_sizes, sizes_of
from ragtune.chunkers._packing import bounds_before, pack, stripped
from ragtune.component import register
from ragtune.types import Document, Ints, Span


@register
class Recursive(SizedChunker):
    """The separator cascade of LangChain's RecursiveCharacterTextSplitter, with the separators of Chroma's chunking study.

    A text is cut before each of the first of `separators` that it holds; pieces smaller than `size_tokens` are packed up
    to it, and a piece that is not goes to the separators that are left, "" being every character. The last pieces are
    repeated up to `overlap_tokens`. White space at both ends is cut off. Sizes are sums over pieces, as in that
    splitter, each counted by itself. The "Recursive" of Chroma's study.
    Source: LangChain's RecursiveCharacterTextSplitter, as in Chroma's chunking study
    """

    separators: Annotated[tuple[str, ...], Field(min_length=1, max_length=32)] = ("\n\n", "\n", ".", "?", "!", " ", "")

    def spans(self, document: Document) -> list[Span]:
        """Where the splitter's chunks lie."""
        text = document.text
        return [span for span in self._cut(text, 0, len(text), self.separators) if span.start < span.end]

    def _cut(self, text: str, start: int, end: int, separators: tuple[str, ...]) -> Iterator[Span]:
        """Chunks of a stretch; it nests no deeper than there are separators."""
        chosen = next((i for i, mark in enumerate(separators) if not mark or text.find(mark, start, end) >= 0), None)
        left = () if chosen is None or not separators[chosen] else separators[chosen + 1 :]
        bounds, sizes = self._pieces(text, start, end, separators[-1 if chosen is None else chosen])
        at = 0
        for over in [*np.flatnonzero(sizes >= self.size_tokens).tolist(), len(sizes)]:
            high = np.cumsum(sizes[at:over])
            for first, after in pack(high - sizes[at:over], high, self.size_tokens, self.overlap_tokens):
                yield stripped(text, int(bounds[at + first]), int(bounds[at + after]))
            if over < len(sizes):
                piece = int(bounds[over]), int(bounds[over + 1])
                if left:
                    yield from self._cut(text, *piece, left)
                else:
                    yield Span(*piece)
            at = over + 1

    def _pieces(self, text: str, start: int, end: int, separator: str) -> tuple[Ints, Ints]:
        """The bounds of the pieces, and their sizes."""
        if not separator:
            return np.arange(start, end + 1), character_sizes(text[start:end], self.tokenizer)
        bounds = bounds_before(separator, text, start, end)
        return np.array(bounds), sizes_of(text, bounds, self.tokenizer, self.size_tokens)
