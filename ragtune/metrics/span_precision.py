"""Precision in characters."""

from __future__ import annotations

from typing import ClassVar

from ragtune.component import register
from ragtune.metrics._judged import Judged
from ragtune.metrics._metric import SpanMetric
from ragtune.types import Floats


@register
class SpanPrecision(SpanMetric):
    """The share of the text of the context (or, as span_precision@k, of the first k chunks) that is evidence.

    Text that two chunks share counts twice in the denominator, as in Chroma's chunking study (2024).
    """

    symbol: ClassVar[str] = "span_precision"

    def score(self, judged: Judged) -> Floats:
        """(n_queries,) float64, 0 to 1."""
        return judged.text(self.k).precision()
