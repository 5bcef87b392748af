"""A tool was called in the place of the right one."""

from __future__ import annotations

from typing import ClassVar

from ragtune.component import register
from ragtune.metrics._calls import ErrorMetric


@register
class WrongTool(ErrorMetric):
    """wrong_tool: a tool was called in the place of the right one. The share of all cases."""

    symbol: ClassVar[str] = "wrong_tool"
    error: ClassVar[str] = "wrong-tool"
