"""RT210: null and true that are written as something else."""

from __future__ import annotations

from collections.abc import Iterator

from ragtune.component import register
from ragtune.lintrules import LintRule, Path
from ragtune.lintrules._schemas import types, walk
from ragtune.tools import Tool

NULLS = frozenset({"null", "nil", "undefined"})
BOOLEANS = frozenset({"true", "false"})


@register
class UnclearNull(LintRule):
    """`nullable: true` beside a type (JSON Schema does not know it), or an enum of texts such as "true" and "null".

    A model cannot tell whether the text or the value is meant, and calls with either.
    Source: OpenAPI 3.1.0, in which `nullable` gave way to `type: [string, "null"]`.
    """

    code = "RT210"
    severity = "note"
    confidence = "medium"
    bad = (
        {"name": "a", "input_schema": {"properties": {"on": {"type": "string", "enum": ["true", "false"]}}}},
        {"name": "b", "input_schema": {"properties": {"by": {"type": "string", "nullable": True}}}},
    )
    good = (
        {"name": "a", "input_schema": {"properties": {"on": {"type": "boolean"}}}},
        {"name": "b", "input_schema": {"properties": {"by": {"type": ["string", "null"]}}}},
    )

    def check_tool(self, tool: Tool) -> Iterator[tuple[Path, str]]:
        """A finding at each such schema."""
        for at in walk(tool.input_schema):
            name = f"'{at.label}'" if at.label else "the schema"
            if at.keywords.get("nullable") is True and "null" not in types(at.schema):
                yield at.path, f"{name} says `nullable`, which JSON Schema does not know"
            values = at.keywords.get("enum")
            texts = {v.lower() for v in values if isinstance(v, str)} if isinstance(values, list) else set()
            if texts & NULLS or (texts and texts <= BOOLEANS):
                yield at.path, f"the enum of {name} has {sorted(texts & (NULLS | BOOLEANS))[0]!r} as a text"
