"""BFCL's function definitions as tools."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ragtune.component import digest
from ragtune.errors import DatasetError
from ragtune.tools import Tool, ToolSet
from ragtune.tools._tool import NO_PARAMETERS
from ragtune.yaml_tree import Node

TYPES = {
    "dict": "object",
    "float": "number",
    "double": "number",
    "tuple": "array",
    "list": "array",
    "int": "integer",
    "long": "integer",
    "bool": "boolean",
    "str": "string",
    "String": "string",
    "any": None,
}
"""BFCL's words for types -> JSON Schema's; None where every type may stand."""


class Functions:
    """Functions by their definition; the first of a name has the name for its id."""

    def __init__(self) -> None:
        self._ids: dict[str, str] = {}
        self._tools: dict[str, Tool] = {}

    def id_of(self, function: Any, at: Node) -> str:
        """The id of a function, as it is defined here; DatasetError where it is none."""
        if not isinstance(function, dict) or not isinstance(function.get("name"), str) or not function["name"]:
            raise DatasetError([at.fault("a function must be an object with a name")])
        content = json.dumps(function, sort_keys=True, ensure_ascii=False)
        if content not in self._ids:
            name = function["name"]
            id = name if name not in self._tools else f"{name}#{digest(content)[:8]}"
            self._ids[content] = id
            self._tools[id] = Tool(
                id=id,
                name=name,
                description=str(function.get("description") or ""),
                input_schema=as_json_schema(function.get("parameters") or NO_PARAMETERS),
            )
        return self._ids[content]

    def toolset(self) -> ToolSet:
        """All of them, in the order in which they came."""
        return ToolSet(tuple(self._tools.values()))


def as_json_schema(schema: Mapping[str, Any], *, names: bool = False) -> dict[str, Any]:
    """A schema with JSON Schema's types for BFCL's, and without `x-original-type`; `names`: its keys are parameters'."""
    found: dict[str, Any] = {}
    for key, value in schema.items():
        if names:
            found[key] = as_json_schema(value) if isinstance(value, Mapping) else value
        elif key == "x-original-type":
            continue
        elif key == "type" and isinstance(value, str):
            if (word := TYPES.get(value, value)) is not None:
                found[key] = word
        elif isinstance(value, Mapping) and key not in ("default", "const", "enum", "examples"):
            found[key] = as_json_schema(value, names=key in ("properties", "patternProperties", "$defs", "definitions"))
        elif isinstance(value, list) and key in ("anyOf", "oneOf", "allOf", "prefixItems"):
            found[key] = [as_json_schema(item) if isinstance(item, Mapping) else item for item in value]
        else:
            found[key] = value
    return found
