"""Share of the retrieved text that is evidence."""

from __future__ import annotations

from ragtune.component import register
from ragtune.metrics import Judged, SpanMetric, share
from ragtune.types import Floats


@register
class SpanPrecision(SpanMetric):
    """Characters of evidence retrieved / characters retrieved; 0 to 1, and 0 when nothing was retrieved.

    Text that several chunks share counts once above the line and for each of them below it, as in Chroma's code.
    """

    def score(self, judged: Judged) -> Floats:
        """(n_queries,) float64."""
        text = judged.text(self.k)
        return share(text.relevant, text.retrieved)
