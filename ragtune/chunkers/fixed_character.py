"""Windows of a fixed number of characters."""

from __future__ import annotations

from typing import Self

from pydantic import NonNegativeInt, PositiveInt, model_validator

from ragtune.chunkers import Chunker
from ragtune.component import register
from ragtune.types import Document, Span


@register
class FixedCharacter(Chunker):
    """Windows of `size_characters` code points, each `size_characters - overlap_characters` after the last.

    The plainest there is, as a floor for the others: cuts fall inside words. The last window ends with the text.
    """

    size_characters: PositiveInt = 1000
    overlap_characters: NonNegativeInt = 0

    @model_validator(mode="after")
    def _overlap_is_smaller(self) -> Self:
        if self.overlap_characters >= self.size_characters:
            raise ValueError(
                f"overlap_characters ({self.overlap_characters}) must be less than size_characters ({self.size_characters})"
            )
        return self

    def spans(self, document: Document) -> list[Span]:
        """Windows up to the one that reaches the end."""
        length, step = len(document.text), self.size_characters - self.overlap_characters
        starts = range(0, max(length - self.overlap_characters, min(length, 1)), step)
        return [Span(start, min(start + self.size_characters, length)) for start in starts]
