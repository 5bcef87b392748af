"""Bare parameters: names and types alone."""

from __future__ import annotations

from typing import Any

from ragtune.component import register
from ragtune.edits import Edit
from ragtune.edits._schemas import rebuilt, with_schema
from ragtune.tools import Tool


@register
class DropParameterText(Edit):
    """Takes the descriptions of all parameters away, nested ones and definitions included; the tool keeps its own.

    A parameter that is called `description` stays.
    Source: ragtune
    """

    titles: bool = True
    """Whether the titles and examples of parameters go too."""

    def edit_tool(self, tool: Tool) -> Tool:
        """The tool with bare parameters."""
        dropped = {"description", *(("title", "examples") if self.titles else ())}

        def bare(schema: dict[str, Any], _: str) -> dict[str, Any]:
            return {word: value for word, value in schema.items() if word not in dropped}

        return with_schema(tool, rebuilt(tool.input_schema, bare))
