"""The right calls, to the letter."""

from __future__ import annotations

from typing import ClassVar

from ragtune.component import register
from ragtune.metrics._calls import CallMetric, per_case
from ragtune.metrics._tools import JudgedCalls
from ragtune.types import Floats


@register
class StrictCallAccuracy(CallMetric):
    """strict_call_accuracy: 1 if exactly the right calls were made, every argument equal as JSON and of the schema's type."""

    symbol: ClassVar[str] = "strict_call_accuracy"

    def score(self, judged: JudgedCalls) -> Floats:  # type: ignore[override]
        """(n_cases,) float64, 0 to 1."""
        return per_case(judged, lambda found: float(found.correct), strict=True)
