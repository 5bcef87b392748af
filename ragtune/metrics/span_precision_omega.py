"""The best precision that a chunker allows."""

from __future__ import annotations

from ragtune.component import register
from ragtune.metrics import Judged, Metric, share
from ragtune.types import Floats


@register
class SpanPrecisionOmega(Metric):
    """Precision if exactly the chunks that hold any evidence were retrieved; 0 to 1. It depends on the chunker alone."""

    def score(self, judged: Judged) -> Floats:
        """(n_queries,) float64."""
        text = judged.all_relevant_text
        return share(text.relevant, text.retrieved)
