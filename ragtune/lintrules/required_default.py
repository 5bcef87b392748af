"""RT207: a parameter that must be given, and has a default."""

from __future__ import annotations

from collections.abc import Iterator

from ragtune.component import register
from ragtune.lintrules import LintRule, Path
from ragtune.lintrules._schemas import walk
from ragtune.tools import Tool


@register
class RequiredDefault(LintRule):
    """A parameter is required and has a default, so that one of the two says the wrong thing.

    Source: JSON Schema 2020-12 Validation, 6.5.3 "required" and 9.2 "default".
    """

    code = "RT207"
    confidence = "medium"
    bad = (
        {
            "name": "page",
            "input_schema": {"properties": {"size": {"type": "integer", "default": 20}}, "required": ["size"]},
        },
    )
    good = ({"name": "page", "input_schema": {"properties": {"size": {"type": "integer", "default": 20}}}},)

    def check_tool(self, tool: Tool) -> Iterator[tuple[Path, str]]:
        """A finding at each such parameter."""
        for at in walk(tool.input_schema):
            required, properties = at.keywords.get("required"), at.keywords.get("properties")
            if not isinstance(required, list) or not isinstance(properties, dict):
                continue
            for name, schema in properties.items():
                if name in required and isinstance(schema, dict) and "default" in schema:
                    label = f"{at.label}.{name}" if at.label else name
                    yield (*at.path, "properties", name), f"parameter '{label}' is required, yet has a default"
