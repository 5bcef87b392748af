"""Spans put into contexts of all queries at once: taken up to a budget, merged where they touch, and ordered."""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np

from ragtune.types import Contexts, Ints


class Taken(NamedTuple):
    """Spans that were taken, a row each, (n,) int64: `start` and `end` in characters, `first` and `after` in tokens."""

    query: Ints
    rank: Ints
    document: Ints
    start: Ints
    end: Ints
    first: Ints
    after: Ints

    @classmethod
    def nothing(cls) -> Self:
        """No spans."""
        return cls(*np.zeros((7, 0), dtype=np.int64))

    def pick(self, rows: Ints) -> Taken:
        """Some of the rows."""
        return Taken(*(column[rows] for column in self))


def take(first: Ints, after: Ints, budget: int, *, cut: bool, apart: bool) -> tuple[Ints, Ints]:
    """Token spans taken, (n_queries, depth) starts and ends, from those offered by rank; empty where one brings nothing.

    A span that would go over the budget is cut where the budget ends, or left out with all that follow. `apart` says that
    no two spans share a token, which spares looking.
    """
    starts, ends = np.zeros(first.shape, np.int64), np.zeros(first.shape, np.int64)
    left = np.full(len(first), budget, np.int64)
    for rank in range(first.shape[1]):
        start, end = first[:, rank], after[:, rank]
        if not ((start < end) & (left > 0)).any():
            break
        taken = 0 if apart else rank
        gap_start, gap_end = _gaps(start, end, starts[:, :taken], ends[:, :taken])
        new = np.cumsum(gap_end - gap_start, axis=1)
        over = new[:, -1] > left
        if over.any():
            end = np.where(over, _cut(start, gap_end, new, left) if cut else start, end)
        starts[:, rank], ends[:, rank] = start, end
        left = np.where(over, 0, left - new[:, -1])
    return starts, ends


def _cut(start: Ints, gap_end: Ints, new: Ints, left: Ints) -> Ints:
    """Where spans that bring `new` tokens end when only `left` more are wanted."""
    gap = np.argmax(new >= left[:, None], axis=1)[:, None]
    end = np.take_along_axis(gap_end - new, gap, axis=1)[:, 0] + left
    return np.where(left > 0, end, start)


def _gaps(start: Ints, end: Ints, starts: Ints, ends: Ints) -> tuple[Ints, Ints]:
    """The parts of `[start, end)` not covered by the spans in `starts`, `ends` of its row: (n, spans + 1) each."""
    low, high = start[:, None], end[:, None]
    if not starts.shape[1]:
        return low, high
    starts, ends = np.clip(starts, low, high), np.clip(ends, low, high)
    order = np.argsort(starts, axis=1, kind="stable")
    starts, ends = np.take_along_axis(starts, order, 1), np.take_along_axis(ends, order, 1)
    gap_start = np.maximum.accumulate(np.concatenate([low, ends], axis=1), axis=1)
    gap_end = np.concatenate([starts, high], axis=1)
    return gap_start, np.maximum(gap_end, gap_start)


def merge(taken: Taken) -> Taken:
    """Join spans of a query and document that overlap or touch; the rank of a joined span is its best."""
    if not len(taken.query):
        return taken
    taken = taken.pick(np.lexsort((taken.first, taken.document, taken.query)))
    block = np.cumsum(np.r_[0, (np.diff(taken.query) != 0) | (np.diff(taken.document) != 0)])
    lift = block * (
        int(taken.after.max()) + 1
    )  # so that a running maximum does not cross from one document to the next
    reached = np.maximum.accumulate(taken.after + lift)
    opens = np.flatnonzero(np.r_[True, (taken.first + lift)[1:] > reached[:-1]])
    return Taken(
        query=taken.query[opens],
        rank=np.minimum.reduceat(taken.rank, opens),
        document=taken.document[opens],
        start=taken.start[opens],
        end=np.maximum.reduceat(taken.end, opens),
        first=taken.first[opens],
        after=np.maximum.reduceat(taken.after, opens),
    )


def order_spans(taken: Taken, n: int, order: str) -> Contexts:
    """The contexts of `n` queries from merged spans, ordered by query, document and place."""
    query, rank, document, start, end, first, after = taken
    if not len(query):
        return Contexts(query, document, start, end, np.zeros(n, np.int64))
    counts = np.bincount(query, weights=after - first, minlength=n).astype(np.int64)
    if order == "document":
        group = np.flatnonzero(np.r_[True, (np.diff(query) != 0) | (np.diff(document) != 0)])
        best = np.repeat(np.minimum.reduceat(rank, group), np.diff(np.r_[group, len(rank)]))
        rows = np.lexsort((start, best, query))
    else:
        rows = np.lexsort((-rank if order == "reverse" else rank, query))
    if order == "lost-in-the-middle":
        rows = rows[np.lexsort((_ends_first(query[rows]), query[rows]))]
    return Contexts(query[rows], document[rows], start[rows], end[rows], counts)


def _ends_first(query: Ints) -> Ints:
    """Keys that put the 1st, 3rd, 5th … of each query first and the … 4th, 2nd last."""
    opens = np.searchsorted(query, query, side="left")
    place = np.arange(len(query)) - opens
    return np.where(place % 2 == 0, place, 2 * len(query) - place)
