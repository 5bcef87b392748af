"""Success at k."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import PositiveInt

from ragtune.component import register
from ragtune.metrics._judged import Judged
from ragtune.metrics._metric import RankMetric
from ragtune.types import Floats


@register
class Success(RankMetric):
    """success@k: 1 if any relevant document (or need) is found by rank k, else 0; also called hit rate."""

    symbol: ClassVar[str] = "success"

    k: PositiveInt
    """The last rank that counts."""

    def score(self, judged: Judged) -> Floats:
        """(n_queries,) float64, 0 to 1."""
        return (judged.found(self.unit).within(self.k) > 0).astype(np.float64)
