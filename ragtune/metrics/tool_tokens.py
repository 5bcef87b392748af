"""What the tools cost that a model is shown."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from ragtune.component import register
from ragtune.metrics._calls import CallMetric
from ragtune.metrics._tools import JudgedCalls
from ragtune.types import Floats


@register
class ToolTokens(CallMetric):
    """tool_tokens: tokens of the definitions shown, each as JSON of name, description and parameters, by `cl100k`."""

    symbol: ClassVar[str] = "tool_tokens"
    better: ClassVar[Literal["higher", "lower"]] = "lower"

    def score(self, judged: JudgedCalls) -> Floats:  # type: ignore[override]
        """(n_cases,) float64."""
        found: Floats = np.append(judged.tokens, 0.0)[judged.shown.tool].sum(axis=1)
        return found
