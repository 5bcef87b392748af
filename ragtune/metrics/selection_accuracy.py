"""The right tools."""

from __future__ import annotations

from typing import ClassVar

from ragtune.component import register
from ragtune.metrics._calls import CallMetric, per_case
from ragtune.metrics._tools import JudgedCalls
from ragtune.types import Floats


@register
class SelectionAccuracy(CallMetric):
    """selection_accuracy: 1 if exactly the right tools were called, arguments aside; nothing, where no tool fits."""

    symbol: ClassVar[str] = "selection_accuracy"

    def score(self, judged: JudgedCalls) -> Floats:  # type: ignore[override]
        """(n_cases,) float64, 0 to 1."""
        return per_case(judged, lambda found: float(found.selected))
