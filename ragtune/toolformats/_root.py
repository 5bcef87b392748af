"""The root of an input schema, as every vendor asks for it."""

from __future__ import annotations

from typing import Any

from ragtune.toolformats._losses import Losses
from ragtune.tools import Tool


def with_object_root(tool: Tool, losses: Losses) -> dict[str, Any]:
    """The input schema; every vendor asks that its root be an object."""
    schema = dict(tool.input_schema)
    if schema.get("type") != "object":
        losses.add("type: the root must be an object", "input_schema", "type")
        schema = {**schema, "type": "object"}
    return schema
