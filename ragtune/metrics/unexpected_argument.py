"""An argument was given that should not be there."""

from __future__ import annotations

from typing import ClassVar

from ragtune.component import register
from ragtune.metrics._calls import ErrorMetric


@register
class UnexpectedArgument(ErrorMetric):
    """unexpected_argument: an argument was given that should not be there. The share of all cases."""

    symbol: ClassVar[str] = "unexpected_argument"
    error: ClassVar[str] = "unexpected"
