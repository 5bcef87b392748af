"""Share of the evidence's text that was retrieved."""

from __future__ import annotations

from ragtune.component import register
from ragtune.metrics import Judged, SpanMetric, share
from ragtune.types import Floats


@register
class SpanRecall(SpanMetric):
    """Characters of evidence retrieved / characters of evidence needed; 0 to 1."""

    def score(self, judged: Judged) -> Floats:
        """(n_queries,) float64."""
        text = judged.text(self.k)
        return share(text.met, text.needed)
