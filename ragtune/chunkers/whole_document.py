"""Each document is one chunk."""

from __future__ import annotations

from ragtune.chunkers import Chunker
from ragtune.component import register
from ragtune.types import Document, Span


@register
class WholeDocument(Chunker):
    """No cutting: one chunk a document, as in BEIR. An embedder sees only as much of it as its model reads."""

    def spans(self, document: Document) -> list[Span]:
        """The whole text."""
        return [Span(0, len(document.text))]
