"""Normalised discounted cumulative gain."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ragtune.component import register
from ragtune.metrics import Judged, RankMetric, share
from ragtune.types import Floats


@register
class Ndcg(RankMetric):
    """nDCG@k: gains discounted by log2(1 + rank), as a share of what the ideal ranking would bring; 0 to 1.

    By document, the gain is the grade itself (trec_eval's `ndcg_cut`, ir_measures' `nDCG`; Järvelin and Kekäläinen 2002),
    and all judged documents make the ideal. By evidence, each need gains 1 where it is found, and the ideal finds one need
    a rank; one chunk may meet two needs, so the value is cut at 1.
    """

    title: ClassVar[str] = "nDCG"

    def score(self, judged: Judged) -> Floats:
        """(n_queries,) float64."""
        found = self.found(judged)
        items = found.items
        gained = items.total(found.within(self.k) * items.gain / np.log2(found.rank + 1))
        kept = items.place <= (len(items.place) if self.k is None else self.k)
        ideal = items.total(kept * items.gain / np.log2(items.place + 1))
        return np.minimum(share(gained, ideal), 1.0)
