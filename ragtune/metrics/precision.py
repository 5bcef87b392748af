"""Precision."""

from __future__ import annotations

from typing import ClassVar

from pydantic import PositiveInt

from ragtune.component import register
from ragtune.metrics._judged import Judged
from ragtune.metrics._metric import RankMetric
from ragtune.types import Floats


@register
class Precision(RankMetric):
    """precision@k: relevant documents (or chunks) among the first k, divided by k even where fewer were found, as in TREC."""

    symbol: ClassVar[str] = "precision"

    k: PositiveInt
    """The last rank that counts."""

    def score(self, judged: Judged) -> Floats:
        """(n_queries,) float64, 0 to 1."""
        return judged.relevant_within(self.k, self.unit) / self.k
