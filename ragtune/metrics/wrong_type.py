"""An argument has a value of a wrong type."""

from __future__ import annotations

from typing import ClassVar

from ragtune.component import register
from ragtune.metrics._calls import ErrorMetric


@register
class WrongType(ErrorMetric):
    """wrong_type: an argument has a value of a wrong type. The share of all cases."""

    symbol: ClassVar[str] = "wrong_type"
    error: ClassVar[str] = "wrong-type"
