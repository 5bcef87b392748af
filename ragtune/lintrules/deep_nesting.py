"""RT205: parameters many levels deep."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import PositiveInt

from ragtune.component import register
from ragtune.lintrules import LintRule, Path
from ragtune.lintrules._schemas import walk
from ragtune.tools import Tool


@register
class DeepNesting(LintRule):
    """Parameters are nested `levels` deep or deeper: the whole is level 1, properties and items are one more each.

    Branches (`anyOf`) are no level of their own. Source: ragtune.
    """

    code = "RT205"
    confidence = "medium"
    bad = (
        {
            "name": "order",
            "input_schema": {
                "properties": {
                    "lines": {"type": "array", "items": {"type": "object", "properties": {"sku": {"type": "string"}}}}
                }
            },
        },
    )
    good = (
        {
            "name": "order",
            "input_schema": {"properties": {"skus": {"type": "array", "items": {"type": "string"}}}},
        },
    )

    levels: PositiveInt = 4

    def check_tool(self, tool: Tool) -> Iterator[tuple[Path, str]]:
        """One finding a tool, at its deepest parameter."""
        deepest = max(walk(tool.input_schema), key=lambda at: at.depth)
        if deepest.depth >= self.levels:
            yield deepest.path, f"parameters are nested {deepest.depth} levels deep: '{deepest.label}'"
