"""RT102: a parameter without a description."""

from __future__ import annotations

from collections.abc import Iterator

from ragtune.component import register
from ragtune.lintrules import LintRule, Path
from ragtune.lintrules._schemas import parameters, resolve
from ragtune.lintrules._texts import prose
from ragtune.tools import Tool


@register
class ParameterDescription(LintRule):
    """A parameter has no description, here or where its `$ref` leads: what to put in is for the model to guess.

    Source: JSON Schema 2020-12 Validation, 9.1 "title" and "description".
    """

    code = "RT102"
    evidence = (
        "hardly for retrieval: BM25 over BFCL's 2,674 tools, R@5 .640, without them .611, R@1 the same (1,853 cases)"
    )
    bad = (
        {
            "name": "get_weather",
            "description": "Tell the weather of a city.",
            "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}},
        },
    )
    good = (
        {
            "name": "get_weather",
            "description": "Tell the weather of a city.",
            "input_schema": {
                "type": "object",
                "properties": {"city": {"type": "string", "description": "Name in English, e.g. Vienna"}},
            },
        },
    )

    def check_tool(self, tool: Tool) -> Iterator[tuple[Path, str]]:
        """A finding at each parameter, nested ones too."""
        for at in parameters(tool.input_schema):
            target = resolve(at.schema, tool.input_schema)
            found = target.get("description") if isinstance(target, dict) else ""
            if not prose(at.keywords.get("description")) and not prose(found):
                yield at.path, f"parameter '{at.label}' has no description"
