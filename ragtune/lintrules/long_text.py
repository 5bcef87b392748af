"""RT104: names and descriptions that are very long."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import PositiveInt

from ragtune.component import register
from ragtune.lintrules import LintRule, Path
from ragtune.lintrules._schemas import parameters
from ragtune.lintrules._texts import prose
from ragtune.tools import Tool


@register
class LongText(LintRule):
    """A text is longer than most readers and some providers take, and is paid for in every request.

    `tool_characters` is the longest description of a tool, `parameter_characters` of a parameter, and
    `name_characters` the longest name of a parameter. OpenAI refused descriptions of functions of more than 1,024
    characters for years. Source: ragtune.
    """

    code = "RT104"
    confidence = "medium"
    bad = ({"name": "search", "description": "Search the handbook for a rule. " * 40},)
    good = ({"name": "search", "description": "Search the handbook for a rule."},)

    tool_characters: PositiveInt = 1024
    parameter_characters: PositiveInt = 1024
    name_characters: PositiveInt = 64

    def check_tool(self, tool: Tool) -> Iterator[tuple[Path, str]]:
        """A finding at each text that is too long."""
        if (n := len(prose(tool.description))) > self.tool_characters:
            yield ("description",), f"the description has {n:,} characters (at most {self.tool_characters:,})"
        for at in parameters(tool.input_schema):
            if (n := len(at.key)) > self.name_characters:
                yield at.path, f"the name of parameter '{at.key[:30]}…' has {n:,} characters"
            if (n := len(prose(at.keywords.get("description")))) > self.parameter_characters:
                told = f"the description of parameter '{at.label}' has {n:,} characters"
                yield (*at.path, "description"), f"{told} (at most {self.parameter_characters:,})"
