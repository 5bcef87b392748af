"""Completeness."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ragtune.component import register
from ragtune.metrics._judged import Judged
from ragtune.metrics._metric import RankMetric
from ragtune.types import Floats


@register
class Completeness(RankMetric):
    """completeness@k: 1 if all relevant documents (or needs) are found by rank k, else 0; COMP@k of Qu et al. 2024 (COLT)."""

    symbol: ClassVar[str] = "completeness"

    def score(self, judged: Judged) -> Floats:
        """(n_queries,) float64, 0 or 1."""
        found = judged.found(self.unit)
        return (found.within(self.k) >= found.items.count).astype(np.float64)
