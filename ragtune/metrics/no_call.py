"""Nothing was called, and something should have been."""

from __future__ import annotations

from typing import ClassVar

from ragtune.component import register
from ragtune.metrics._calls import ErrorMetric


@register
class NoCall(ErrorMetric):
    """no_call: nothing was called, and something should have been. The share of all cases."""

    symbol: ClassVar[str] = "no_call"
    error: ClassVar[str] = "no-call"
