"""The JSON schema of tool files: what an editor completes and checks."""

from __future__ import annotations

from typing import Any

from ragtune.tools._tool import Tool
from ragtune.tools._tool_nodes import ALIASES

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_SAID = {
    "name": "What a model calls it. Providers take letters, digits, _ and -, 64 at most.",
    "title": "A name for people.",
    "description": "What it does and when to use it, as a model reads it.",
    "input_schema": (
        "The arguments: a JSON Schema (draft 2020-12) of an object. References only to places in it (#/$defs/…)."
    ),
    "output_schema": "The result: a JSON Schema (draft 2020-12) of an object, or null.",
    "annotations": "MCP's hints: readOnlyHint, destructiveHint, idempotentHint, openWorldHint, title.",
    "examples": "Queries for which it is right, with the arguments it should get.",
    "when_not_to_use": "What it is easily mistaken for.",
    "tags": "Words to pick tools by.",
    "index_text": "Read by retrieval only, never shown to a model.",
    "server": "Where it comes from.",
    "id": "What cases know it by, whatever it is renamed to; its name unless given.",
    "query": "What a user says.",
    "arguments": "The arguments for that; left out where only the query is known.",
}


def tool_schema() -> dict[str, Any]:
    """A draft 2020-12 schema: one tool, a list of tools, or `{tools: [...]}`."""
    made = Tool.model_json_schema()
    example = made.pop("$defs")["Example"]
    properties = {name: _described(name, schema) for name, schema in made["properties"].items()}
    for key in ("input_schema", "output_schema"):
        properties[key] = _argument_schema(key)
    example["properties"] = {name: _described(name, schema) for name, schema in example["properties"].items()}
    aliases = {theirs: properties[ours] for theirs, ours in ALIASES.items()}
    tool = {**made, "title": "Tool", "description": "A tool as a model is shown it, and as retrieval finds it."}
    tool["properties"] = {**properties, **aliases}
    tool["not"] = {"anyOf": [{"required": [theirs, ours]} for theirs, ours in ALIASES.items()]}
    one = {"$ref": "#/$defs/Tool"}
    several = {"type": "array", "items": one}
    whole = {"type": "object", "properties": {"tools": several}, "required": ["tools"], "additionalProperties": False}
    return {
        "$schema": _DRAFT,
        "title": "ragtune tool file",
        "description": "One tool, a list of tools, or {tools: [...]}.",
        "anyOf": [one, several, whole],
        "$defs": {
            "Tool": tool,
            "Example": {**example, "description": "A query and the arguments that are right for it."},
        },
    }


def _described(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """A field without the title that pydantic makes up, with what it is for."""
    kept = {key: value for key, value in schema.items() if key != "title"}
    return {**kept, "description": _SAID[name]}


def _argument_schema(key: str) -> dict[str, Any]:
    kinds = ["object", "null"] if key == "output_schema" else "object"
    inner: dict[str, Any] = {"type": kinds, "properties": {"type": {"const": "object"}}, "required": ["type"]}
    return {**inner, "description": _SAID[key]}
