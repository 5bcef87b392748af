"""Average precision."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ragtune.component import register
from ragtune.metrics import Judged, RankMetric, share
from ragtune.types import Floats


@register
class Map(RankMetric):
    """MAP@k: the precisions at the ranks of relevant results, summed and divided by all that are relevant; 0 to 1.

    One value a query, whose mean is the MAP (trec_eval's `map_cut`, ir_measures' `AP`). By evidence, the precision at a rank
    is the number of needs found so far / rank, cut at 1 as one chunk may meet two needs.
    """

    title: ClassVar[str] = "MAP"

    def score(self, judged: Judged) -> Floats:
        """(n_queries,) float64."""
        found = self.found(judged)
        precision = np.minimum(found.number_so_far / found.rank, 1.0)
        return share(found.items.total(found.within(self.k) * precision), found.items.count)
