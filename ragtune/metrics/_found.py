"""Where relevant items were found, and the rank measures that follow from it; documents and needs alike."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from ragtune.metrics._truth import Items
from ragtune.types import Floats, Ints

NEVER = 1 << 40
"""The rank of what was not found: beyond every cutoff, and still a number."""


class Found:
    """The relevant items of all queries and the rank of each, from 1, or `NEVER`; (n_items,) int64.

    All measures are (n_queries,) float64. `k` is the last rank that counts; None counts the whole ranking.
    """

    def __init__(self, items: Items, rank: Ints) -> None:
        self.items = items
        self.rank = rank

    @classmethod
    def of(cls, items: Items, rank: Ints) -> Found:
        """As given; a query with nothing to find has found it at once, so that every measure of it is 1."""
        nothing = np.flatnonzero(items.count == 0)
        if not len(nothing):
            return cls(items, rank)
        at = items.first[nothing]
        query, gain = np.insert(items.query, at, nothing), np.insert(items.gain, at, 1.0)
        return cls(Items(items.n_queries, query, gain), np.insert(rank, at, 1))

    def within(self, k: int | None) -> Floats:
        """How many items were found by rank `k`."""
        return self.items.total(self.rank <= _last(k))

    def recall(self, k: int | None) -> Floats:
        """The share of the items found."""
        return self.within(k) / self.items.count

    def reciprocal_rank(self, k: int | None) -> Floats:
        """1 / rank of the first item found, 0 without one."""
        first = np.full(self.items.n_queries, NEVER)
        np.minimum.at(first, self.items.query, self.rank)
        return np.where(first <= _last(k), 1.0 / first, 0.0)

    def ndcg(self, k: int | None) -> Floats:
        """Gain / log2(1 + rank), summed, as a share of what the ideal order of the items would give, at most 1."""
        items = self.items
        gained = items.total(np.where(self.rank <= _last(k), items.gain / np.log2(1.0 + self.rank), 0.0))
        ideal = items.total(np.where(items.place <= _last(k), items.gain / np.log2(1.0 + items.place), 0.0))
        return np.minimum(gained / ideal, 1.0)

    def average_precision(self, k: int | None) -> Floats:
        """Precision at the rank of each item found, at most 1, summed and divided by the number of items."""
        precision = np.minimum(self._found_by / self.rank, 1.0)
        return self.items.total(np.where(self.rank <= _last(k), precision, 0.0)) / self.items.count

    @cached_property
    def _found_by(self) -> Ints:
        """How many of its query's items each item's rank has found, itself and those of equal rank included."""
        order = np.lexsort((self.rank, self.items.query))
        place = np.arange(len(order)) - self.items.first[self.items.query] + 1
        query, rank = self.items.query[order], self.rank[order]
        last = np.ones(len(order), dtype=bool)
        last[:-1] = (query[1:] != query[:-1]) | (rank[1:] != rank[:-1])
        ends = np.flatnonzero(last)
        result = np.empty(len(order), dtype=np.int64)
        result[order] = place[ends[np.searchsorted(ends, np.arange(len(order)))]]
        return result


def _last(k: int | None) -> int:
    return NEVER - 1 if k is None else k
