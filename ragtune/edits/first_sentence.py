"""Short descriptions: the first sentence alone."""

from __future__ import annotations

from ragtune.component import register
from ragtune.edits import Edit
from ragtune.edits._schemas import described
from ragtune.edits._texts import first_sentence
from ragtune.tools import Tool


@register
class FirstSentence(Edit):
    """The first sentence of each description, on one line; the rest is dropped.

    A full stop after e.g., i.e. and other abbreviations, in a number, an address or a file's name ends no sentence; a
    blank line, a list or a line such as `Args:` does. A heading before the first sentence is dropped.
    Source: ragtune
    """

    parameters: bool = False
    """Whether the descriptions of parameters are cut too."""

    def edit_tool(self, tool: Tool) -> Tool:
        """The tool, told in one sentence."""
        new = {"description": first_sentence(tool.description)}
        if not self.parameters:
            return tool.model_copy(update=new)
        return tool.model_copy(update={**new, "input_schema": described(tool.input_schema, first_sentence)})
