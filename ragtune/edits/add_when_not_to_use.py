"""What a tool is not for, said in its description."""

from __future__ import annotations

from ragtune.component import register
from ragtune.edits import Edit
from ragtune.edits._texts import paragraphs
from ragtune.tools import Tool


@register
class AddWhenNotToUse(Edit):
    """Each tool's own `when_not_to_use` at the end of its description, where a model reads it and retrieval too.

    Tools that have none stay as they are, and a text that the description already holds is not said twice.
    Source: ragtune
    """

    label: str = "When not to use:"
    """What is written before it."""

    def edit_tool(self, tool: Tool) -> Tool:
        """The tool, with its limits told."""
        text = tool.when_not_to_use.strip()
        if not text or text in tool.description:
            return tool
        return tool.model_copy(update={"description": paragraphs(tool.description, f"{self.label} {text}".strip())})
