"""Judgments, made ready for scoring once: what does not depend on what was retrieved."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from ragtune.metrics._intervals import Cover, spread, total
from ragtune.types import Chunks, Corpus, Floats, Ints, Judgments


class Items:
    """What should be found, a row each, queries rising and gains falling within a query.

    `query` is (n_items,) int64, `gain` (n_items,) float64, `place` (n_items,) int64 from 1 within the query, `first` and
    `count` (n_queries,) int64: where a query's items begin and how many it has.
    """

    def __init__(self, n_queries: int, query: Ints, gain: Floats) -> None:
        self.n_queries = n_queries
        self.query = query
        self.gain = gain
        self.count = np.bincount(query, minlength=n_queries)
        self.first = np.cumsum(self.count) - self.count
        self.place = np.arange(len(query)) - self.first[query] + 1

    def total(self, values: Any) -> Floats:
        """(n_queries,) sums of a value for each item."""
        return total(self.query, values, self.n_queries)


class Truth:
    """The evidence of all queries on one axis: all documents end to end, and that again for every query.

    Pieces of evidence are ordered by query and need; within a need they keep their order.
    """

    def __init__(self, judgments: Judgments, offsets: Ints) -> None:
        order = np.lexsort((judgments.need, judgments.query))
        self.n_queries = int(judgments.n_queries[0])
        self.query = judgments.query[order]
        self.document = judgments.document[order]
        self.grade = judgments.grade[order]
        self.whole = judgments.start[order] < 0
        base = offsets[self.document]
        self.start = base + np.where(self.whole, 0, judgments.start[order])
        self.end = np.where(self.whole, offsets[self.document + 1], base + judgments.end[order])
        self.axis = self.query * offsets[-1]
        """What to add to a position in the corpus to come to the query's own copy of it."""
        self.corpus_length = int(offsets[-1])
        need = judgments.need[order]
        begins = np.ones(len(order), dtype=bool)
        begins[1:] = (self.query[1:] != self.query[:-1]) | (need[1:] != need[:-1])
        self.need_begin = np.flatnonzero(begins)
        self.need = np.cumsum(begins) - 1
        """Which need each piece meets, counted over all queries."""
        self.by_chunks: WeakKeyDictionary[Chunks, ChunkTruth] = WeakKeyDictionary()

    @cached_property
    def needs(self) -> Items:
        """The needs; each gains 1."""
        return Items(self.n_queries, self.query[self.need_begin], np.ones(len(self.need_begin)))

    @cached_property
    def documents(self) -> tuple[Items, Ints]:
        """The documents that hold evidence, and which they are; the gain is the greatest grade in each."""
        order = np.lexsort((-self.grade, self.document, self.query))
        query, document = self.query[order], self.document[order]
        begins = np.ones(len(order), dtype=bool)
        begins[1:] = (query[1:] != query[:-1]) | (document[1:] != document[:-1])
        best = order[begins]
        best = best[np.lexsort((-self.grade[best], self.query[best]))]
        return Items(self.n_queries, self.query[best], self.grade[best].astype(np.float64)), self.document[best]

    @cached_property
    def text(self) -> Cover:
        """The union of all evidence; text that is evidence twice counts once."""
        return Cover(self.start + self.axis, self.end + self.axis)

    @cached_property
    def text_query(self) -> Ints:
        """Whose each piece of `text` is."""
        return self.query[self.text.order]

    @cached_property
    def text_length(self) -> Floats:
        """(n_queries,) characters of evidence, each counted once."""
        return total(self.text_query, self.text.end - self.text.start, self.n_queries)


class ChunkTruth:
    """Which chunks meet which pieces of span evidence, and which of them bring any evidence at all."""

    def __init__(self, truth: Truth, chunks: Chunks, offsets: Ints) -> None:
        self._truth = truth
        self.start = offsets[chunks.document] + chunks.start
        self.end = offsets[chunks.document] + chunks.end

    @cached_property
    def _overlaps(self) -> tuple[Ints, Ints, Ints]:
        """Pieces of evidence and chunks that share text, a row a pair, and how many characters they share."""
        truth = self._truth
        # Chunks that begin after a piece are out, and so are those before the first that reaches it.
        reach = np.maximum.accumulate(self.end)
        piece, chunk = spread(
            np.searchsorted(reach, truth.start, side="right"), np.searchsorted(self.start, truth.end, side="left")
        )
        shared = np.minimum(self.end[chunk], truth.end[piece]) - np.maximum(self.start[chunk], truth.start[piece])
        some = shared > 0
        return piece[some], chunk[some], shared[some]

    @cached_property
    def relevant(self) -> tuple[Ints, Ints]:
        """Pairs of a piece of span evidence and a chunk that share at least half of the shorter of the two."""
        piece, chunk, shared = self._overlaps
        truth = self._truth
        shorter = np.minimum(self.end[chunk] - self.start[chunk], truth.end[piece] - truth.start[piece])
        enough = (2 * shared >= shorter) & ~truth.whole[piece]
        return piece[enough], chunk[enough]

    @cached_property
    def touching(self) -> tuple[Ints, Ints]:
        """Queries and chunks that hold any of the query's evidence, each pair once."""
        piece, chunk, _ = self._overlaps
        pairs = np.unique(self._truth.query[piece] * len(self.start) + chunk)
        return np.divmod(pairs, max(len(self.start), 1))


_truths: WeakKeyDictionary[Judgments, WeakKeyDictionary[Corpus, Truth]] = WeakKeyDictionary()


def truth_of(judgments: Judgments, corpus: Corpus) -> Truth:
    """The judgments made ready; kept for as long as both live."""
    by_corpus = _truths.setdefault(judgments, WeakKeyDictionary())
    if corpus not in by_corpus:
        by_corpus[corpus] = Truth(judgments, corpus.offsets)
    return by_corpus[corpus]


def chunk_truth_of(truth: Truth, chunks: Chunks, offsets: Ints) -> ChunkTruth:
    """The judgments made ready for these chunks; kept for as long as both live."""
    if chunks not in truth.by_chunks:
        truth.by_chunks[chunks] = ChunkTruth(truth, chunks, offsets)
    return truth.by_chunks[chunks]
