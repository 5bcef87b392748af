"""How many tools a model must choose from."""

from __future__ import annotations

from typing import ClassVar, Literal

from ragtune.component import register
from ragtune.metrics._calls import CallMetric
from ragtune.metrics._tools import JudgedCalls
from ragtune.types import Floats


@register
class ToolsShown(CallMetric):
    """tools_shown: how many tools the case is shown."""

    symbol: ClassVar[str] = "tools_shown"
    better: ClassVar[Literal["higher", "lower"]] = "lower"

    def score(self, judged: JudgedCalls) -> Floats:  # type: ignore[override]
        """(n_cases,) float64."""
        shown: Floats = (judged.shown.tool >= 0).sum(axis=1).astype(float)
        return shown
