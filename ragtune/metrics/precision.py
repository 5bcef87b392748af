"""Precision."""

from __future__ import annotations

from pydantic import PositiveInt

from ragtune.component import register
from ragtune.metrics import Judged, RankMetric
from ragtune.types import Floats


@register
class Precision(RankMetric):
    """precision@k: share of the first k results that are relevant; 0 to 1.

    Divided by k even when fewer were retrieved (trec_eval's and ir_measures' `P`). By evidence, a result is a chunk, and it
    is relevant when it is to any piece of evidence.
    """

    k: PositiveInt

    def score(self, judged: Judged) -> Floats:
        """(n_queries,) float64."""
        return judged.relevant_within(self.k, self.unit) / self.k
