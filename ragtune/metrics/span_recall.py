"""Recall in characters."""

from __future__ import annotations

from typing import ClassVar

from ragtune.component import register
from ragtune.metrics._judged import Judged
from ragtune.metrics._metric import SpanMetric
from ragtune.types import Floats


@register
class SpanRecall(SpanMetric):
    """The share of the evidence's characters that the context (or, as span_recall@k, the first k chunks) brings.

    Of alternatives, the one with the greatest share counts. Chroma's chunking study (2024) calls it recall.
    """

    symbol: ClassVar[str] = "span_recall"

    def score(self, judged: Judged) -> Floats:
        """(n_queries,) float64, 0 to 1."""
        return judged.text(self.k).recall()
