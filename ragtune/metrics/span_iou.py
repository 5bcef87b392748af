"""Intersection over union in characters."""

from __future__ import annotations

from typing import ClassVar

from ragtune.component import register
from ragtune.metrics._judged import Judged
from ragtune.metrics._metric import SpanMetric
from ragtune.types import Floats


@register
class SpanIou(SpanMetric):
    """Evidence brought, over evidence and brought text together; of the context, or as span_iou@k of the first k chunks.

    Text that two chunks share counts twice in the denominator, as in Chroma's chunking study (2024). Of alternatives, only
    the one with the greatest share counts as evidence here, and another one that was brought counts as other text.
    """

    symbol: ClassVar[str] = "span_iou"

    def score(self, judged: Judged) -> Floats:
        """(n_queries,) float64, 0 to 1."""
        return judged.text(self.k).iou()
