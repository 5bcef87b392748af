"""Pieces of a text packed into chunks, and texts cut into pieces that fit."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from ragtune.chunkers._sentences import sentence_bounds
from ragtune.types import Ints, Span, Tokens

Cutter = Callable[[str, int, int], Sequence[int]]
"""Gives the places that part the text between two places, both of these among them, rising."""

_LINE = re.compile(r"\r\n?|\n")
_BLANK_LINE = re.compile(r"\n[ \t]*\r?\n\s*")
_SPACE = re.compile(r"\s+")


def pack(low: Ints, high: Ints, size: int, overlap: int = 0) -> Iterator[tuple[int, int]]:
    """Consecutive pieces, `[first, after)`, as many as fit into `size` each time, and at least one.

    Piece i reaches from `low[i]` to `high[i]` on a ruler, both rising. The next chunk takes back as many pieces as fit
    into `overlap` and leave room for the first new one.
    """
    first = 0
    while first < len(low):
        after = max(int(np.searchsorted(high, low[first] + size, side="right")), first + 1)
        yield first, after
        if after >= len(low):
            return
        shared = int(np.searchsorted(low, high[after - 1] - overlap))
        room = int(np.searchsorted(low, high[after] - size))
        first = min(max(shared, room, first + 1), after)


def bounds_before(separator: str, text: str, start: int, end: int) -> list[int]:
    """The places that part a stretch of text before each separator, `start` and `end` among them."""
    found = (match.start() for match in re.finditer(re.escape(separator), text[start:end]))
    return [start, *(start + at for at in found if at), end]


def stripped(text: str, start: int, end: int) -> Span:
    """The span without white space at both ends; empty where there is nothing else."""
    inner = text[start:end]
    visible = inner.lstrip()
    start += len(inner) - len(visible)
    return Span(start, start + len(visible.rstrip()))


class Ruler:
    """Measures one document in its tokens.

    A stretch is as long as the tokens that it touches up to its last visible character.
    """

    def __init__(self, text: str, tokens: Tokens, begin: int) -> None:
        self._text = text
        self._tokens = tokens
        self._begin = begin

    def marks(self, starts: Sequence[int] | Ints, ends: Sequence[int] | Ints) -> tuple[Ints, Ints]:
        """Where stretches begin and where they end, in tokens."""
        text = self._text
        rows = zip(map(int, starts), map(int, ends), strict=True)
        visible = np.array([start + len(text[start:end].rstrip()) for start, end in rows], dtype=np.int64)
        low = self._tokens.first(np.asarray(starts, dtype=np.int64) + self._begin)
        return low, np.maximum(self._tokens.after(visible + self._begin), low)

    def size(self, start: int, end: int) -> int:
        """Tokens between two places."""
        low, high = self.marks([start], [end])
        return int(high[0] - low[0])

    def bounds(self, text: str, start: int, end: int) -> list[int]:
        """A cutter: the characters at which tokens begin."""
        first, after = np.searchsorted(self._tokens.starts, [self._begin + start, self._begin + end])
        inside = np.unique(self._tokens.starts[first:after]) - self._begin
        return [start, *inside[inside > start].tolist(), end]


def fit(text: str, start: int, end: int, ruler: Ruler, size: int, cutters: Sequence[Cutter]) -> Iterator[Span]:
    """Spans of at most `size` tokens: the parts that the first cutter makes, packed; a part too large goes to the next."""
    if not cutters or ruler.size(start, end) <= size:
        yield stripped(text, start, end)
        return
    bounds = np.unique(np.asarray(cutters[0](text, start, end), dtype=np.int64))
    low, high = ruler.marks(bounds[:-1], bounds[1:])
    at = 0
    for over in [*np.flatnonzero(high - low > size).tolist(), len(low)]:
        for first, after in pack(low[at:over], high[at:over], size):
            yield stripped(text, int(bounds[at + first]), int(bounds[at + after]))
        if over < len(low):
            yield from fit(text, int(bounds[over]), int(bounds[over + 1]), ruler, size, cutters[1:])
        at = over + 1


def paragraphs(text: str, start: int, end: int) -> list[int]:
    """A cutter: after blank lines."""
    return [start, *(m.end() for m in _BLANK_LINE.finditer(text, start, end)), end]


def lines(text: str, start: int, end: int) -> list[int]:
    """A cutter: after each end of a line."""
    return [start, *(m.end() for m in _LINE.finditer(text, start, end)), end]


def words(text: str, start: int, end: int) -> list[int]:
    """A cutter: after white space."""
    return [start, *(m.end() for m in _SPACE.finditer(text, start, end)), end]


def prose(ruler: Ruler) -> list[Cutter]:
    """Paragraphs, sentences, words, tokens."""
    return [paragraphs, sentence_bounds, words, ruler.bounds]


def lined(ruler: Ruler) -> list[Cutter]:
    """Lines, words, tokens: for text whose lines mean something."""
    return [lines, words, ruler.bounds]
