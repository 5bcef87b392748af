"""A ranking turned round: where in each query's row a chunk or a document stands."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from ragtune.metrics._intervals import spread
from ragtune.types import Chunks, Ints, Ranking

_END = np.iinfo(np.int64).max
"""A place beyond all others, so that a search always ends at one."""


class Rows:
    """The places of a ranking, sorted by query and chunk, which is by document too. What is absent has rank `depth` + 1.

    Every place is one number, so that a binary search finds it: query, chunk, and the position in the lowest bits.
    """

    def __init__(self, ranking: Ranking, chunks: Chunks) -> None:
        n_queries, self.depth = ranking.chunk.shape
        self._documents = chunks.document
        self._n = len(chunks)
        self._bits = self.depth.bit_length()
        self._mask = (1 << self._bits) - 1
        self._row = np.arange(n_queries)[:, None] * (self._n + 1)
        chunk = np.where(ranking.chunk < 0, self._n, ranking.chunk).astype(np.int64)
        places = ((chunk + self._row) << self._bits) | np.arange(self.depth)
        places.sort(axis=1)
        self._places = np.append(places, _END)

    def rank_of_chunk(self, query: Ints, chunk: Ints) -> Ints:
        """The rank of each chunk in its query's row, from 1."""
        wanted = query * (self._n + 1) + chunk
        place = self._places[np.searchsorted(self._places, wanted << self._bits)]
        rank: Ints = np.where(place >> self._bits == wanted, place & self._mask, self.depth) + 1
        return rank

    def rank_of_document(self, query: Ints, document: Ints, *, collapsed: bool) -> Ints:
        """The rank of each document's first chunk in its query's row, from 1.

        With `collapsed`, later chunks of a document that was seen are dropped and the ranks close up.
        """
        begin, end = self._span_of(query, document)
        found = begin < end
        runs, first, rank = self._runs
        run = np.searchsorted(runs, begin[found])
        result = np.full(len(query), self.depth + 1)
        result[found] = rank[run] if collapsed else first[run] + 1
        return result

    def ranks_in_document(self, query: Ints, document: Ints) -> tuple[Ints, Ints]:
        """The ranks of all chunks of each document in its query's row: which row of the arguments, and the rank."""
        owner, at = spread(*self._span_of(query, document))
        return owner, (self._places[at] & self._mask) + 1

    def _span_of(self, query: Ints, document: Ints) -> tuple[Ints, Ints]:
        """Where the places of a query's chunks of a document begin and end."""
        base = query * (self._n + 1)
        first = np.searchsorted(self._documents, document, side="left") + base
        last = np.searchsorted(self._documents, document, side="right") + base
        return np.searchsorted(self._places, first << self._bits), np.searchsorted(self._places, last << self._bits)

    @cached_property
    def _runs(self) -> tuple[Ints, Ints, Ints]:
        """For each query's each document: where its places begin, its first position, and its rank among documents."""
        places = self._places[:-1]
        chunk = (places.reshape(len(self._row), self.depth) >> self._bits) - self._row
        document = np.append(self._documents, -1)[chunk]
        begins = np.ones(document.shape, dtype=bool)
        np.not_equal(document[:, 1:], document[:, :-1], out=begins[:, 1:])
        runs = np.flatnonzero(begins)
        first = np.minimum.reduceat(places & self._mask, runs) if len(runs) else runs
        place = runs - runs % max(self.depth, 1) + first
        seen = np.zeros(document.shape, dtype=np.int64)
        seen.ravel()[place] = 1
        return runs, first, np.cumsum(seen, axis=1).ravel()[place]
