"""Success: a hit or none."""

from __future__ import annotations

import numpy as np
from pydantic import PositiveInt

from ragtune.component import register
from ragtune.metrics import Judged, RankMetric
from ragtune.types import Floats


@register
class Success(RankMetric):
    """success@k: 1 when any of the first k results is relevant, else 0.

    Also called hit rate (trec_eval's `success`, ir_measures' `Success`).
    """

    k: PositiveInt

    def score(self, judged: Judged) -> Floats:
        """(n_queries,) float64."""
        return (self.found(judged).number_within(self.k) > 0).astype(np.float64)
