"""An argument is missing that may not be left out."""

from __future__ import annotations

from typing import ClassVar

from ragtune.component import register
from ragtune.metrics._calls import ErrorMetric


@register
class MissingArgument(ErrorMetric):
    """missing_argument: an argument is missing that may not be left out. The share of all cases."""

    symbol: ClassVar[str] = "missing_argument"
    error: ClassVar[str] = "missing"
