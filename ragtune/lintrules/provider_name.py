"""RT301: a name that a provider refuses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from ragtune.component import register
from ragtune.lintrules import LintRule, Path
from ragtune.toolformats._profiles import profile
from ragtune.tools import Tool

Provider = Literal["openai-chat", "openai-responses", "anthropic", "gemini", "mcp"]


@register
class ProviderName(LintRule):
    """A provider refuses the tool's name, and with it the whole request.

    `providers` are those that the tools are meant for; what each takes is in the dated profiles of the tool formats.
    Source: the vendors' own references, named in ragtune/toolformats/profiles.
    """

    code = "RT301"
    severity = "error"
    bad = ({"name": "files.read all", "description": "Read all files of a folder."},)
    good = ({"name": "files_read_all", "description": "Read all files of a folder."},)

    providers: tuple[Provider, ...] = ("openai-chat", "anthropic", "gemini")

    def check_tool(self, tool: Tool) -> Iterator[tuple[Path, str]]:
        """One finding a tool, with all that refuse its name."""
        refusing = [name for name in self.providers if not profile(name).name.allows(tool.name)]
        if refusing:
            rule = profile(refusing[0]).name
            who = f"{', '.join(refusing)} refuse{'s' * (len(refusing) == 1)}"
            told = f"{who} the name '{tool.name[:60]}' ({rule.pattern}, at most {rule.characters} characters)"
            yield ("name",), told
