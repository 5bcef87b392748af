"""Parameters told in prose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import PositiveInt

from ragtune.component import register
from ragtune.edits import Edit
from ragtune.edits._schemas import follow, values
from ragtune.edits._texts import lines, listed, paragraphs, written
from ragtune.tools import Tool


@register
class AddParameterText(Edit):
    """A generated text about the parameters: for retrieval that reads no schema, or for a model that reads prose better.

    `what: names` gives `Parameters: city, unit.`; `types` gives `city (string, required), unit (string, one of celsius,
    fahrenheit; default celsius)`; `texts` adds each one's description, a line a parameter. Only top-level parameters are
    told. `into: index` writes to what only retrieval reads, `description` to what the model reads too.
    Source: ragtune
    """

    what: Literal["names", "types", "texts"] = "types"
    into: Literal["description", "index"] = "description"
    max_values: PositiveInt = 10
    """How many values of an enum are written."""

    def edit_tool(self, tool: Tool) -> Tool:
        """The tool with its parameters told."""
        text = self._text(tool)
        if not text:
            return tool
        if self.into == "index":
            return tool.model_copy(update={"index_text": lines(tool.index_text, text)})
        return tool.model_copy(update={"description": paragraphs(tool.description, text)})

    def _text(self, tool: Tool) -> str:
        told = [self._one(tool, name, schema) for name, schema in tool.parameters.items() if isinstance(schema, dict)]
        if not told:
            return ""
        if self.what == "texts":
            return lines("Parameters:", *(f"- {one}" for one in told))
        return f"Parameters: {', '.join(told)}."

    def _one(self, tool: Tool, name: str, schema: Mapping[str, Any]) -> str:
        if self.what == "names":
            return name
        full, _ = follow(schema, tool.input_schema)
        rules = [part for part in (_type(full), "required" if name in tool.required else "") if part]
        named = values(full)
        more = [f"one of {listed(named, self.max_values)}"] if named else []
        more += [f"default {written(full['default'])}"] if "default" in full else []
        inside = ", ".join([*rules, "; ".join(more)]) if more else ", ".join(rules)
        said = full.get("description") if self.what == "texts" else ""
        about = f"{name} ({inside})" if inside else name
        return f"{about}: {' '.join(said.split())}" if isinstance(said, str) and said.strip() else about


def _type(schema: Mapping[str, Any]) -> str:
    """`string`, `list of string`, `string or null`."""
    found = schema.get("type")
    if found == "array" and isinstance(schema.get("items"), dict) and _type(schema["items"]):
        return f"list of {_type(schema['items'])}"
    if found is None and isinstance(schema.get("anyOf"), list):
        found = list(dict.fromkeys(_type(part) for part in schema["anyOf"] if isinstance(part, dict)))
    return " or ".join(str(part) for part in found if part) if isinstance(found, list) else str(found or "")
