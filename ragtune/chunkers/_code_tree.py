"""Source code as a tree of stretches, whose parts are made when they are asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Part:
    """A stretch of code, and what gives its parts: they follow one another and are all of it; none for a leaf."""

    start: int
    end: int
    parts: Callable[[], list[Part]]


def tiled(start: int, end: int, starts: Iterable[tuple[int, Callable[[int, int], Part]]]) -> list[Part]:
    """Parts that begin at given places, rising: the first reaches back to `start`, each ends where the next begins."""
    rows: list[tuple[int, Callable[[int, int], Part]]] = []
    for at, make in starts:
        if not rows:
            rows.append((start, make))
        elif rows[-1][0] < at < end:
            rows.append((at, make))
    edges = [*(at for at, _ in rows), end]
    return [make(*edge) for (_, make), edge in zip(rows, pairwise(edges), strict=True)]


def leaf(start: int, end: int) -> Part:
    """A stretch without parts."""
    return Part(start, end, list)


def blank_line_tree(text: str) -> Part:
    """Blocks between blank lines."""
    return Part(0, len(text), lambda: tiled(0, len(text), ((at, leaf) for at in [0, *_after_blank_lines(text)])))


def _after_blank_lines(text: str) -> Iterable[int]:
    """Where lines begin that follow a blank one and are not blank themselves."""
    blank = False
    at = 0
    for line in re.finditer(r"[^\r\n]*(?:\r\n?|\n|\Z)", text):
        visible = bool(line[0].strip())
        if visible and blank:
            yield at
        blank = not visible
        at = line.end()
