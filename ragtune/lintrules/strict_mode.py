"""RT206: a schema that OpenAI's strict mode refuses."""

from __future__ import annotations

from collections.abc import Iterator

from ragtune.component import register
from ragtune.lintrules import LintRule, Path
from ragtune.lintrules._schemas import At, types, walk
from ragtune.toolformats._profiles import profile
from ragtune.tools import Tool

SILENT = ("$schema", "$id", "$comment")
"""Keywords that say nothing of the arguments."""


@register
class StrictMode(LintRule):
    """The schema is not ready for OpenAI's strict mode, in which a call always fits its schema.

    It asks that every object has `additionalProperties: false` and requires all its properties (an optional one may be
    null), that the whole is an object and no `anyOf`, and knows only some keywords, 10 levels and 5,000 properties; which ones
    is in the dated profile `openai-chat` of the tool formats. Source: OpenAI, Structured Outputs, "Supported schemas".
    """

    code = "RT206"
    severity = "note"
    bad = ({"name": "tell", "input_schema": {"type": "object", "properties": {"who": {"type": "string"}}}},)
    good = (
        {
            "name": "tell",
            "input_schema": {
                "type": "object",
                "properties": {"who": {"type": "string"}},
                "required": ["who"],
                "additionalProperties": False,
            },
        },
    )

    def check_tool(self, tool: Tool) -> Iterator[tuple[Path, str]]:
        """One finding a tool, with the first reasons."""
        reasons = list(dict.fromkeys(_reasons(tool)))
        if reasons:
            more = f" and {len(reasons) - 2} more" if len(reasons) > 2 else ""
            yield ("input_schema",), f"not ready for OpenAI's strict mode: {'; '.join(reasons[:2])}{more}"


def _reasons(tool: Tool) -> Iterator[str]:
    rules = profile("openai-chat").strict
    assert rules is not None
    places = list(walk(tool.input_schema))
    if "anyOf" in tool.input_schema or types(tool.input_schema) not in ((), ("object",)):
        yield "the whole is no plain object"
    for at in places:
        yield from _of_object(at)
        for key in at.keywords:
            if key not in rules.keywords and key not in SILENT and not key.startswith("x-"):
                yield f"'{key}'" + (f" of '{at.label}'" if at.label else "")
    enums = sum(len(values) for at in places if isinstance(values := at.keywords.get("enum"), list))
    for limit, size, what in (
        (rules.max_depth, max(at.depth for at in places), "levels"),
        (rules.max_properties, sum(at.holder == "properties" for at in places), "properties"),
        (rules.max_enum_values, enums, "values of enums"),
    ):
        if limit is not None and size > limit:
            yield f"more than {limit:,} {what}"


def _of_object(at: At) -> Iterator[str]:
    properties = at.keywords.get("properties")
    if "object" not in types(at.schema) and not isinstance(properties, dict):
        return
    where = f" of '{at.label}'" if at.label else ""
    if at.keywords.get("additionalProperties") is not False:
        yield f"additionalProperties{where} not false"
    required = at.keywords.get("required")
    given = {name for name in required if isinstance(name, str)} if isinstance(required, list) else set()
    optional = [name for name in properties if name not in given] if isinstance(properties, dict) else []
    if optional:
        yield f"'{optional[0]}'{where} is optional"
