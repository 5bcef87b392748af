"""Half-open intervals of whole numbers on one axis."""

from __future__ import annotations

from typing import Any

import numpy as np

from ragtune.types import Floats, Ints


class Cover:
    """The union of some intervals `[start, end)`, from 0 up; it tells how much of any other interval it covers."""

    def __init__(self, start: Ints, end: Ints) -> None:
        self.order = np.argsort(start, kind="stable")
        """Which interval a piece of the union came from."""
        self.start = start[self.order]
        self.end = np.maximum.accumulate(end[self.order])
        # What earlier intervals reach is theirs already: each piece begins where the text before it ends.
        np.maximum(self.start[1:], self.end[:-1], out=self.start[1:])
        before = np.cumsum(self.end - self.start)
        # An empty piece in front, so that there always is one at or before a position.
        self._starts = np.concatenate([[-1], self.start])
        self._ends = np.concatenate([[-1], self.end])
        self._before = np.concatenate([[0, 0], before[:-1]])

    def within(self, start: Ints, end: Ints) -> Ints:
        """How many positions of each `[start, end)` are covered."""
        return self._until(end) - self._until(start)

    def _until(self, position: Ints) -> Ints:
        piece = np.searchsorted(self._starts, position, side="right") - 1
        covered: Ints = self._before[piece] + np.minimum(position, self._ends[piece]) - self._starts[piece]
        return covered


def total(owner: Ints, values: Any, n: int) -> Floats:
    """(n,) float64 sums of the values of each owner."""
    return np.bincount(owner, weights=values, minlength=n).astype(np.float64)


def spread(first: Ints, last: Ints) -> tuple[Ints, Ints]:
    """All whole numbers of `[first, last)` for each pair: which pair they are of, and the numbers."""
    count = np.maximum(last - first, 0)
    owner = np.repeat(np.arange(len(count)), count)
    begin = np.cumsum(count) - count
    return owner, np.arange(len(owner)) - begin[owner] + first[owner]
