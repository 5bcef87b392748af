"""Blank lines part paragraphs."""

from __future__ import annotations

import re

from ragtune.chunkers import Chunker
from ragtune.component import register
from ragtune.types import Document, Span


@register
class Paragraph(Chunker):
    """Each paragraph is a chunk."""

    def spans(self, document: Document) -> list[Span]:
        """Runs of lines that are not blank."""
        return [Span(*found.span()) for found in re.finditer(r"(?:[^\n]*\S[^\n]*\n?)+", document.text)]
