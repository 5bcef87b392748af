"""Mean reciprocal rank."""

from __future__ import annotations

from typing import ClassVar

from ragtune.component import register
from ragtune.metrics._judged import Judged
from ragtune.metrics._metric import RankMetric
from ragtune.types import Floats


@register
class Mrr(RankMetric):
    """MRR@k: 1 / rank of the first relevant document (or need) found by rank k, else 0; RR@k of ir-measures."""

    symbol: ClassVar[str] = "MRR"

    def score(self, judged: Judged) -> Floats:
        """(n_queries,) float64, 0 to 1."""
        return judged.found(self.unit).reciprocal_rank(self.k)
