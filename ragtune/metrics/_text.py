"""Retrieved text beside the evidence's text, in characters."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from ragtune.metrics._intervals import Cover
from ragtune.metrics._truth import Truth
from ragtune.types import Floats, Ints


class Text:
    """Pieces of retrieved text, given by query and by their place in the corpus; all measures are (n_queries,) float64."""

    def __init__(self, truth: Truth, query: Ints, start: Ints, end: Ints) -> None:
        self._truth = truth
        self._query = query
        axis = query * truth.corpus_length
        self._start, self._end = start + axis, end + axis

    @cached_property
    def cover(self) -> Cover:
        """The union of the retrieved text."""
        return Cover(self._start, self._end)

    @cached_property
    def retrieved(self) -> Floats:
        """Characters retrieved; those that two pieces share are counted twice."""
        return self._sum(self._query, self._end - self._start)

    @cached_property
    def retrieved_once(self) -> Floats:
        """Characters retrieved, each counted once."""
        return self._sum(self._query[self.cover.order], self.cover.end - self.cover.start)

    @cached_property
    def relevant(self) -> Floats:
        """Characters retrieved that are evidence, each counted once; alternatives all count."""
        return self._sum(self._truth.text_query, self._covered(self._truth.text))

    @property
    def needed(self) -> Floats:
        """Characters of evidence needed: of each need, the alternative of which most was retrieved."""
        return self._needed_and_met[0]

    @property
    def met(self) -> Floats:
        """Characters of those that were retrieved."""
        return self._needed_and_met[1]

    @cached_property
    def _needed_and_met(self) -> tuple[Floats, Floats]:
        truth = self._truth
        if len(truth.query) == len(truth.need_begin):  # no alternatives
            return truth.text_length, self.relevant
        chosen = self._best_alternatives()
        text = Cover(*(side[chosen] + truth.axis[chosen] for side in (truth.start, truth.end)))
        query = truth.query[chosen][text.order]
        return self._sum(query, text.end - text.start), self._sum(query, self._covered(text))

    def _best_alternatives(self) -> Ints:
        """Of each need the piece with the greatest retrieved share, the first of several."""
        truth = self._truth
        covered = self.cover.within(truth.start + truth.axis, truth.end + truth.axis)
        covered_share = covered / np.maximum(truth.end - truth.start, 1)
        best = np.maximum.reduceat(covered_share, truth.need_begin)
        candidates = np.flatnonzero(covered_share == best[truth.need])
        _, first = np.unique(truth.need[candidates], return_index=True)
        return candidates[first]

    def _covered(self, text: Cover) -> Ints:
        return self.cover.within(text.start, text.end)

    def _sum(self, query: Ints, lengths: Ints) -> Floats:
        return np.bincount(query, weights=lengths, minlength=self._truth.n_queries)
