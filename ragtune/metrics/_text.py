"""Retrieved text beside the evidence, in characters."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from ragtune.metrics._intervals import Cover, total
from ragtune.metrics._truth import Truth
from ragtune.types import Floats, Ints


class Text:
    """Spans given to each query, in positions of the corpus laid end to end; they may overlap.

    Evidence that overlaps other evidence counts once, as does retrieved evidence; retrieved text counts every time it
    was retrieved, as in Chroma's chunking study. Of alternatives, the one with the greatest share covered counts. For a
    query with nothing to find every measure is 1.
    """

    def __init__(self, truth: Truth, query: Ints, start: Ints, end: Ints) -> None:
        self._truth = truth
        lift = query * truth.corpus_length
        self._query = query
        self._cover = Cover(start + lift, end + lift)
        self.length = total(query, end - start, truth.n_queries)

    @cached_property
    def evidence(self) -> Floats:
        """(n_queries,) characters of any evidence that were retrieved, each counted once."""
        pieces = self._truth.text
        return self._by_query(self._truth.text_query, self._cover.within(pieces.start, pieces.end))

    @cached_property
    def wanted(self) -> tuple[Floats, Floats]:
        """(n_queries,) characters retrieved, and characters to retrieve, of evidence that meets every need once."""
        truth = self._truth
        covered, length = self.evidence, truth.text_length
        if len(truth.need_begin) == len(truth.query):
            return covered, length
        start, end = truth.start + truth.axis, truth.end + truth.axis
        share = self._cover.within(start, end) / (end - start)
        best = np.lexsort((np.arange(len(share)), -share, truth.need))[truth.need_begin]
        chosen = Cover(start[best], end[best])  # two needs may choose text that overlaps: it counts once
        query = truth.query[best][chosen.order]
        covered = self._by_query(query, self._cover.within(chosen.start, chosen.end))
        return covered, self._by_query(query, chosen.end - chosen.start)

    def recall(self) -> Floats:
        """Share of the evidence that was retrieved."""
        covered, wanted = self.wanted
        return self._or_nothing(covered, wanted)

    def precision(self) -> Floats:
        """Share of the retrieved text that is evidence; 0 where nothing was retrieved."""
        return self._or_nothing(self.evidence, self.length)

    def iou(self) -> Floats:
        """Evidence retrieved, over evidence and retrieved text together."""
        covered, wanted = self.wanted
        return self._or_nothing(covered, wanted + self.length - covered)

    def precision_counted_once(self) -> Floats:
        """Share of evidence in retrieved text and evidence together, all of it counted once; 0 where nothing met."""
        cover = self._cover
        union = self._by_query(self._query[cover.order], cover.end - cover.start)
        return self._or_nothing(self.evidence, union + self._truth.text_length - self.evidence)

    def _or_nothing(self, part: Floats, whole: Floats) -> Floats:
        share = np.divide(part, whole, out=np.zeros_like(part, dtype=np.float64), where=whole > 0)
        return np.where(self._truth.text_length > 0, share, 1.0)

    def _by_query(self, query: Ints, values: Ints) -> Floats:
        return total(query, values, self._truth.n_queries)
