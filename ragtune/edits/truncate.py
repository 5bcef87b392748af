"""Short descriptions: so many characters at most."""

from __future__ import annotations

from pydantic import PositiveInt

from ragtune.component import register
from ragtune.edits import Edit
from ragtune.edits._schemas import described
from ragtune.tools import Tool


@register
class Truncate(Edit):
    """Descriptions of at most `max_characters`, cut between words where there is a space, with `…` at the end.

    Source: ragtune
    """

    max_characters: PositiveInt = 200
    parameters: bool = False
    """Whether the descriptions of parameters are cut too."""

    def edit_tool(self, tool: Tool) -> Tool:
        """The tool, told in few characters."""
        new = {"description": self._cut(tool.description)}
        if not self.parameters:
            return tool.model_copy(update=new)
        return tool.model_copy(update={**new, "input_schema": described(tool.input_schema, self._cut)})

    def _cut(self, text: str) -> str:
        if len(text) <= self.max_characters:
            return text
        head = text[: self.max_characters - 1]
        if not text[self.max_characters - 1].isspace():
            head = head[: max((i for i, character in enumerate(head) if character.isspace()), default=len(head))]
        return head.rstrip() + "…"
