"""Recall."""

from __future__ import annotations

from ragtune.component import register
from ragtune.metrics import Judged, RankMetric, share
from ragtune.types import Floats


@register
class Recall(RankMetric):
    """recall@k: share of the relevant documents (by evidence: of the needs) found in the first k results; 0 to 1.

    TREC's recall (trec_eval's `recall`, ir_measures' `R`), not the share of queries with a hit, which is `success@k`.
    """

    def score(self, judged: Judged) -> Floats:
        """(n_queries,) float64."""
        found = self.found(judged)
        return share(found.number_within(self.k), found.items.count)
