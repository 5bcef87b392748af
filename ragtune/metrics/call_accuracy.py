"""The right calls."""

from __future__ import annotations

from typing import ClassVar

from ragtune.component import register
from ragtune.metrics._calls import CallMetric, per_case
from ragtune.metrics._tools import JudgedCalls
from ragtune.types import Floats


@register
class CallAccuracy(CallMetric):
    """call_accuracy: 1 if exactly the right calls were made, arguments included, by BFCL's rules.

    Strings are compared without case, spaces and punctuation, a whole number may stand for a fraction, parallel calls may
    come in any order, and an argument that is not expected is wrong (Patil et al. 2025).
    """

    symbol: ClassVar[str] = "call_accuracy"

    def score(self, judged: JudgedCalls) -> Floats:  # type: ignore[override]
        """(n_cases,) float64, 0 to 1."""
        return per_case(judged, lambda found: float(found.correct))
