"""The precision that a perfect retriever would have: what the chunker alone allows."""

from __future__ import annotations

from typing import ClassVar

from ragtune.component import register
from ragtune.metrics._judged import Judged
from ragtune.metrics._metric import Level, Metric
from ragtune.types import Floats


@register
class SpanPrecisionOmega(Metric):
    """Precision in characters if exactly the chunks that hold any evidence were retrieved; Chroma's precision-omega."""

    takes_cutoff: ClassVar[bool] = False
    symbol: ClassVar[str] = "span_precision_omega"

    @property
    def level(self) -> Level:
        """It needs the chunks, which come with the ranking."""
        return "ranking"

    def score(self, judged: Judged) -> Floats:
        """(n_queries,) float64, 0 to 1."""
        return judged.all_relevant_text.precision_counted_once()
