"""Headings: where they stand in a document, and which of them a chunk stands under."""

from __future__ import annotations

import re
from html import unescape
from typing import NamedTuple

from ragtune.chunkers._markup import blocks
from ragtune.types import Chunks, Corpus, Document

_MARKDOWN = re.compile(
    r"^(?P<fence> {0,3}(?:```+|~~~+))"
    r"|^ {0,3}(?P<marks>#{1,6})[ \t]+(?P<title>[^\r\n]*)",
    re.MULTILINE,
)
_CLOSING_MARKS = re.compile(r"(?:^|(?<=[ \t]))#+$")
_TAG = re.compile(r"<[^<>]*>")
_LOOKS_LIKE_HTML = re.compile(r"\s*<(?:(?P<page>!doctype|html|head|body)|h[1-6]|div|p)\b", re.IGNORECASE)


class Heading(NamedTuple):
    """A heading: where its mark or tag begins, its level from 1, its words, and where they begin."""

    start: int
    level: int
    title: str
    words: int


def headings(text: str) -> list[Heading]:
    """The headings of a Markdown or HTML text, in order; `#` lines inside fenced code are none.

    Markdown that begins with a tag, as a README with a picture on top does, has both kinds.
    """
    looks = _LOOKS_LIKE_HTML.match(text)
    found = [] if looks and looks["page"] else _of_markdown(text)
    return sorted([*found, *_of_html(text)]) if looks else found


def _of_html(text: str) -> list[Heading]:
    found = (block for block in blocks(text) if block.heading)
    rows = ((block, _words(_TAG.sub(" ", text[block.start : block.end]))) for block in found)
    return [Heading(block.opens, block.heading, title, block.start) for block, title in rows if title]


def _of_markdown(text: str) -> list[Heading]:
    kept = []
    fence = ""
    for match in _MARKDOWN.finditer(text):
        if match["fence"]:
            mark = match["fence"].strip()
            if not fence:
                fence = mark
            elif mark.startswith(fence):
                fence = ""
        elif not fence:
            title = _words(_CLOSING_MARKS.sub("", match["title"].rstrip()))
            if title:
                kept.append(Heading(match.start("marks"), len(match["marks"]), title, match.start("title")))
    return kept


def title(document: Document, found: list[Heading]) -> str:
    """The document's title, or its first heading where it has none."""
    return document.title.strip() or (found[0].title if found else "")


def headers(chunks: Chunks, corpus: Corpus, *, path: bool) -> list[str]:
    """A header for each chunk: its document's title, with `path` followed by the headings above it, parted by " > "."""
    told = []
    at = -1
    for document, start in zip(chunks.document.tolist(), chunks.start.tolist(), strict=True):
        if document != at:
            at = document
            found = headings(corpus.documents[document].text)
            name, trail = title(corpus.documents[document], found), _Trail(found)
        parts = [name, *(trail.above(start) if path else ())]
        told.append(" > ".join(part for part in dict.fromkeys(parts) if part))
    return told


class _Trail:
    """The headings open at a place, for places that only go forward."""

    def __init__(self, found: list[Heading]) -> None:
        self._found = found
        self._next = 0
        self._open: list[Heading] = []

    def above(self, start: int) -> list[str]:
        """Titles of the open headings, outermost first; a heading that the place begins with closes its like, and is none."""
        while self._next < len(self._found) and self._found[self._next].words < start:
            self._close(self._found[self._next].level)
            self._open.append(self._found[self._next])
            self._next += 1
        if self._next < len(self._found) and self._found[self._next].start <= start:
            self._close(self._found[self._next].level)
        return [heading.title for heading in self._open]

    def _close(self, level: int) -> None:
        while self._open and self._open[-1].level >= level:
            self._open.pop()


def _words(text: str) -> str:
    return " ".join(unescape(text).split())
