"""RT202: an array that does not say of what."""

from __future__ import annotations

from collections.abc import Iterator

from ragtune.component import register
from ragtune.lintrules import LintRule, Path
from ragtune.lintrules._schemas import types, walk
from ragtune.tools import Tool


@register
class UntypedItems(LintRule):
    """An array has no `items`; OpenAI and Gemini refuse the whole request.

    Source: the OpenAI API's own message, "array schema missing items" (github.com/sigoden/aichat, pull request 1049).
    """

    code = "RT202"
    severity = "error"
    bad = ({"name": "tag", "input_schema": {"properties": {"labels": {"type": "array"}}}},)
    good = (
        {"name": "tag", "input_schema": {"properties": {"labels": {"type": "array", "items": {"type": "string"}}}}},
    )

    def check_tool(self, tool: Tool) -> Iterator[tuple[Path, str]]:
        """A finding at each such array."""
        for at in walk(tool.input_schema):
            if "array" in types(at.schema) and not ({"items", "prefixItems", "$ref"} & set(at.keywords)):
                yield (
                    at.path,
                    f"array '{at.label}' does not say what its items are" if at.label else "an array has no items",
                )
