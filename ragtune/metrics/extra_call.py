"""The right tools were called, and others beside them."""

from __future__ import annotations

from typing import ClassVar

from ragtune.component import register
from ragtune.metrics._calls import ErrorMetric


@register
class ExtraCall(ErrorMetric):
    """extra_call: the right tools were called, and others beside them. The share of all cases."""

    symbol: ClassVar[str] = "extra_call"
    error: ClassVar[str] = "extra-call"
