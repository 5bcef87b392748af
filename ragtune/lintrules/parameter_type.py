"""RT201: a parameter without a type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ragtune.component import register
from ragtune.lintrules import LintRule, Path
from ragtune.lintrules._schemas import followed_type, parameters, resolve, schemas_of, value_at
from ragtune.tools import Tool

SAYING = ("type", "$ref", "anyOf", "oneOf", "allOf", "$dynamicRef")


@register
class ParameterType(LintRule):
    """A parameter says no type, by itself or by `anyOf`, `oneOf`, `allOf` or `$ref`.

    Where `enum`, `const`, `properties` or `items` leave no choice, the type can be written in.
    Source: JSON Schema 2020-12 Validation, 6.1.1 "type".
    """

    code = "RT201"
    fixable = True
    bad = (
        {
            "name": "play",
            "input_schema": {
                "properties": {"volume": {"description": "Loudness"}, "speed": {"enum": ["slow", "fast"]}}
            },
        },
    )
    good = (
        {
            "name": "play",
            "input_schema": {
                "properties": {
                    "volume": {"type": "integer", "description": "Loudness"},
                    "speed": {"type": "string", "enum": ["slow", "fast"]},
                }
            },
        },
    )

    def check_tool(self, tool: Tool) -> Iterator[tuple[Path, str]]:
        """A finding at each such parameter."""
        for at in parameters(tool.input_schema):
            if any(key in at.keywords for key in SAYING) or resolve(at.schema, tool.input_schema) is not at.schema:
                continue
            follows = followed_type(at.keywords)
            yield at.path, f"parameter '{at.label}' has no type" + (f"; it must be {_told(follows)}" if follows else "")

    def fix(self, spec: dict[str, Any]) -> None:
        """Write the type where other keywords leave no choice."""
        for key, schema in schemas_of(spec):
            for at in list(parameters(schema)):
                follows = followed_type(at.keywords)
                holder = value_at(spec, (key, *at.path[1:]))
                if follows is not None and isinstance(holder, dict):
                    _put_first(holder, "type", follows)


def _told(follows: str | list[str]) -> str:
    return follows if isinstance(follows, str) else " or ".join(follows)


def _put_first(holder: dict[str, Any], key: str, value: Any) -> None:
    """At the beginning: in YAML, what follows the last key (empty lines, comments) belongs to what comes next."""
    if hasattr(holder, "insert"):
        holder.insert(0, key, value)
        return
    rest = dict(holder)
    holder.clear()
    holder.update({key: value, **rest})
