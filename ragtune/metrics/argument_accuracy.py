"""The right arguments."""

from __future__ import annotations

from typing import ClassVar

from ragtune.component import register
from ragtune.metrics._calls import CallMetric, per_case
from ragtune.metrics._tools import JudgedCalls
from ragtune.types import Floats


@register
class ArgumentAccuracy(CallMetric):
    """argument_accuracy: the share of the expected calls whose arguments are all right; 1 where none is and none was."""

    symbol: ClassVar[str] = "argument_accuracy"

    def score(self, judged: JudgedCalls) -> Floats:  # type: ignore[override]
        """(n_cases,) float64, 0 to 1."""
        return per_case(judged, lambda found: float(found.arguments))
