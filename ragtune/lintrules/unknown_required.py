"""RT208: a required parameter that does not exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ragtune.component import register
from ragtune.lintrules import LintRule, Path
from ragtune.lintrules._schemas import At, schemas_of, value_at, walk
from ragtune.tools import Tool

ELSEWHERE = ("$ref", "anyOf", "oneOf", "allOf", "if", "patternProperties", "dependentSchemas", "$dynamicRef")
"""Keywords by which a property may be said somewhere else."""
OF_OTHERS = ("anyOf", "oneOf", "allOf", "if", "then", "else", "not", "dependentSchemas")
"""Holders whose schema speaks of properties that the one around it says."""


@register
class UnknownRequired(LintRule):
    """`required` names a parameter that `properties` does not have; Gemini refuses the whole request.

    Source: the Gemini API's own message, "required[0]: property is not defined".
    """

    code = "RT208"
    severity = "error"
    fixable = True
    bad = ({"name": "send", "input_schema": {"properties": {"to": {"type": "string"}}, "required": ["to", "cc"]}},)
    good = ({"name": "send", "input_schema": {"properties": {"to": {"type": "string"}}, "required": ["to"]}},)

    def check_tool(self, tool: Tool) -> Iterator[tuple[Path, str]]:
        """A finding at each such name."""
        for at in walk(tool.input_schema):
            for i, name in _unknown(at):
                where = f" of '{at.label}'" if at.label else ""
                yield (*at.path, "required", i), f"required{where} names '{name}', which is no parameter"

    def fix(self, spec: dict[str, Any]) -> None:
        """Take these names out of `required`."""
        for key, schema in schemas_of(spec):
            for at in list(walk(schema)):
                for i, _ in reversed(list(_unknown(at))):
                    del value_at(spec, (key, *at.path[1:], "required"))[i]


def _unknown(at: At) -> Iterator[tuple[int, str]]:
    schema: Mapping[str, Any] = at.keywords
    required, properties = schema.get("required"), schema.get("properties")
    open_to_more = isinstance(schema.get("additionalProperties"), dict) or any(key in schema for key in ELSEWHERE)
    if isinstance(required, list) and isinstance(properties, dict) and not open_to_more and not _of_other(at):
        yield from ((i, n) for i, n in enumerate(required) if isinstance(n, str) and n not in properties)


def _of_other(at: At) -> bool:
    return at.holder in OF_OTHERS
