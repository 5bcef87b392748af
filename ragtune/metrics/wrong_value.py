"""An argument has a wrong value of the right type."""

from __future__ import annotations

from typing import ClassVar

from ragtune.component import register
from ragtune.metrics._calls import ErrorMetric


@register
class WrongValue(ErrorMetric):
    """wrong_value: an argument has a wrong value of the right type. The share of all cases."""

    symbol: ClassVar[str] = "wrong_value"
    error: ClassVar[str] = "wrong-value"
