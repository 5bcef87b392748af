"""Normalised discounted cumulative gain."""

from __future__ import annotations

from typing import ClassVar

from ragtune.component import register
from ragtune.metrics._judged import Judged
from ragtune.metrics._metric import RankMetric
from ragtune.types import Floats


@register
class Ndcg(RankMetric):
    """nDCG@k (Järvelin & Kekäläinen 2002): the grade as gain, log2(1 + rank) as discount, as trec_eval and ir-measures.

    Per evidence each need gains 1 at the rank where it is met; the ideal meets one need a rank, and since one chunk can
    meet two at once the value is cut at 1.
    """

    symbol: ClassVar[str] = "nDCG"

    def score(self, judged: Judged) -> Floats:
        """(n_queries,) float64, 0 to 1."""
        return judged.found(self.unit).ndcg(self.k)
