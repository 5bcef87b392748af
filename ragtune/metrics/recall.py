"""Recall."""

from __future__ import annotations

from typing import ClassVar

from ragtune.component import register
from ragtune.metrics._judged import Judged
from ragtune.metrics._metric import RankMetric
from ragtune.types import Floats


@register
class Recall(RankMetric):
    """recall@k: the share of the relevant documents (or needs) found by rank k, as in TREC; not the hit rate."""

    symbol: ClassVar[str] = "recall"

    def score(self, judged: Judged) -> Floats:
        """(n_queries,) float64, 0 to 1."""
        return judged.found(self.unit).recall(self.k)
