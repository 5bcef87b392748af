"""The values that a parameter may have, in words."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import PositiveInt

from ragtune.component import register
from ragtune.edits import Edit
from ragtune.edits._schemas import rebuilt, values, with_schema
from ragtune.edits._texts import lines, listed, paragraphs, written
from ragtune.tools import Tool


@register
class InlineEnums(Edit):
    """Writes the values of enums into the text: `One of: celsius, fahrenheit.`; the schema keeps them too.

    `where: parameters` writes into the description of each parameter, nested ones included; `description` writes one line
    a parameter into the tool's own. Only the first `max_values` are written. A text that names all of them is left alone.
    Source: ragtune
    """

    where: Literal["parameters", "description"] = "parameters"
    max_values: PositiveInt = 20

    def edit_tool(self, tool: Tool) -> Tool:
        """The tool with its values told."""
        if self.where == "parameters":
            return with_schema(tool, rebuilt(tool.input_schema, self._told))
        found = ((path, schema, values(schema)) for path, schema in tool.walk())
        told = [f"{path} is {self._one_of(named)}" for path, _, named in found if not _says(tool.description, named)]
        if not told:
            return tool
        return tool.model_copy(update={"description": paragraphs(tool.description, lines(*told))})

    def _told(self, schema: dict[str, Any], name: str) -> dict[str, Any]:
        text = schema.get("description", "")
        named = values(schema)
        if not name or not isinstance(text, str) or _says(text, named):
            return schema
        told = self._one_of(named)
        return {**schema, "description": f"{text.rstrip()} {told[0].upper()}{told[1:]}".strip()}

    def _one_of(self, named: list[Any]) -> str:
        return f"{'one of' if len(named) > 1 else 'always'}: {listed(named, self.max_values)}."


def _says(text: str, named: list[Any]) -> bool:
    """Whether a text holds all of the values; of no values, always."""
    return all(written(value) in text for value in named)
