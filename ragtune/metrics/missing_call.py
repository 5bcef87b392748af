"""Some of the calls were made, and not all."""

from __future__ import annotations

from typing import ClassVar

from ragtune.component import register
from ragtune.metrics._calls import ErrorMetric


@register
class MissingCall(ErrorMetric):
    """missing_call: some of the calls were made, and not all. The share of all cases."""

    symbol: ClassVar[str] = "missing_call"
    error: ClassVar[str] = "missing-call"
