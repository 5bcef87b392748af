"""Reciprocal rank."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ragtune.component import register
from ragtune.metrics import Judged, RankMetric
from ragtune.types import Floats


@register
class Mrr(RankMetric):
    """MRR@k: 1 / rank of the first relevant result, 0 when none is among the first k; 0 to 1.

    One value a query, whose mean is the MRR (trec_eval's `recip_rank`, ir_measures' `RR`).
    """

    title: ClassVar[str] = "MRR"

    def score(self, judged: Judged) -> Floats:
        """(n_queries,) float64."""
        found = self.found(judged)
        best = np.zeros(found.items.n_queries)
        np.maximum.at(best, found.items.query, found.within(self.k) / found.rank)
        return best
