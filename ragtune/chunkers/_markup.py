"""The blocks of text in raw HTML, by their places in the markup.

The standard library's parser would give places too, but takes quadratic time on some broken pages. This reading goes
forward only, whatever it meets: what is not closed is text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_BLOCK_TAGS = frozenset(
    """
    address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure
    footer form h1 h2 h3 h4 h5 h6 head header hgroup hr html legend li main menu nav ol option p pre search section
    select summary table tbody tfoot thead title tr ul
    """.split()  # noqa: SIM905 (fifty lines as a list)
)
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_DROPPED = ("script", "style", "template")
_NAME = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9:-]*)")
_IN_TAG = re.compile(r"=\s*([\"'])|>")
_VISIBLE = re.compile(r"\S")


class Block(NamedTuple):
    """A stretch of text between tags of blocks.

    `heading` is its level where it is a heading, else 0; `opens` is where the heading's tag begins, else the start;
    `lined` says whether its lines matter.
    """

    start: int
    end: int
    heading: int
    opens: int
    lined: bool


def blocks(text: str) -> list[Block]:
    """The blocks in order, each from its first visible character to its last."""
    found: list[Block] = []
    start = end = -1
    heading = opens = lined = at = 0
    for tag_start, tag_end, name, closes in _tags(text):
        start, end = _seen(text, at, tag_start, start, end)
        at = tag_end
        if name not in _BLOCK_TAGS:
            continue
        if start >= 0:
            found.append(Block(start, end, heading, opens if heading else start, lined > 0))
            heading = 0  # one that was never closed ends where another block begins
        start = end = -1
        if name == "pre":
            lined = max(lined + (-1 if closes else 1), 0)
        elif name in _HEADINGS:
            heading, opens = (0 if closes else int(name[1])), tag_start
    start, end = _seen(text, at, len(text), start, end)
    return [*found, Block(start, end, heading, opens if heading else start, lined > 0)] if start >= 0 else found


def _seen(text: str, at: int, stop: int, start: int, end: int) -> tuple[int, int]:
    """The block's first and last visible place so far, after the text between two tags."""
    first = _VISIBLE.search(text, at, stop)
    if first is None:
        return start, end
    return (first.start() if start < 0 else start), at + len(text[at:stop].rstrip())


def _tags(text: str) -> Iterator[tuple[int, int, str, bool]]:
    """(start, end, name, whether it closes) of each tag; comments, declarations and what is dropped have no name."""
    ahead = _Ahead(text)
    at = text.find("<")
    while at >= 0:
        name = _NAME.match(text, at)
        if name:
            end = ahead.tag_end(name.end())
            word, closes = name[2].lower(), bool(name[1])
            if end > 0 and word in _DROPPED and not closes:
                word, end = "", ahead.closing(word, end) or end
        else:
            word, closes = "", False
            end = ahead.comment_end(at) if text.startswith(("<!", "<?", "</"), at) else 0
        if end:
            yield at, end, word, closes
        at = text.find("<", end or at + 1)


class _Ahead:
    """Finds ends of tags and comments; what is known not to follow any more is not looked for again."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._gone: set[str] = set()
        self._quoted = True
        self._closings = {word: re.compile(f"</{word}(?=[\\s/>])", re.IGNORECASE) for word in _DROPPED}

    def find(self, mark: str, at: int) -> int:
        """Place of the next mark, -1 where there is none."""
        place = -1 if mark in self._gone else self._text.find(mark, at)
        if place < 0:
            self._gone.add(mark)
        return place

    def tag_end(self, at: int) -> int:
        """Where the tag ends whose name ends here: after a `>` outside quotes, or the first where none is; or 0."""
        first = self.find(">", at)
        while first >= 0 and self._quoted:
            mark = _IN_TAG.search(self._text, at)
            if mark is not None and not mark[1]:
                return mark.end()
            closed = self.find(mark[1], mark.end()) if mark else -1
            if closed < 0:
                self._quoted = False
            at = closed + 1
        return first + 1

    def comment_end(self, at: int) -> int:
        """Where a comment or a declaration ends; or 0."""
        if self._text.startswith("<!--", at):
            place = self.find("-->", at + 4)
            if place >= 0:
                return place + 3
        return self.find(">", at) + 1

    def closing(self, word: str, at: int) -> int:
        """Where the closing tag of an element that is dropped ends; or 0."""
        if word in self._gone:
            return 0
        match = self._closings[word].search(self._text, at)
        if match is None:
            self._gone.add(word)
            return 0
        return self.find(">", match.end()) + 1 or len(self._text)
