"""Something was called, and no tool fits."""

from __future__ import annotations

from typing import ClassVar

from ragtune.component import register
from ragtune.metrics._calls import ErrorMetric


@register
class FalseCall(ErrorMetric):
    """false_call: something was called, and no tool fits. The share of all cases."""

    symbol: ClassVar[str] = "false_call"
    error: ClassVar[str] = "false-call"
