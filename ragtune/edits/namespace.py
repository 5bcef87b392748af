"""Names that say where a tool comes from."""

from __future__ import annotations

from ragtune.component import register
from ragtune.edits import Edit
from ragtune.edits._names import distinct, slug
from ragtune.tools import Tool, ToolSet


@register
class Namespace(Edit):
    """The server's name before each tool's: `github__create_issue`, as agents show the tools of several servers.

    What a name must not hold becomes `_` in the server's part. Tools that have no server keep their names, and so does
    one whose name has the prefix already. Where two names would meet, the later gets a number.
    Source: https://modelcontextprotocol.io/specification/2025-06-18/server/tools
    """

    separator: str = "__"

    def edit(self, toolset: ToolSet) -> ToolSet:
        """The tools under their servers' names."""
        wanted = [self._name(tool) for tool in toolset.tools]
        old = [
            tool.name if tool.name == name else f"{tool.server}\n{tool.name}"
            for tool, name in zip(toolset.tools, wanted, strict=True)
        ]
        names = distinct(old, wanted)
        pairs = zip(toolset.tools, names, strict=True)
        return toolset.with_tools(
            tool if tool.name == name else tool.model_copy(update={"name": name}) for tool, name in pairs
        )

    def _name(self, tool: Tool) -> str:
        prefix = slug(tool.server) + self.separator
        return tool.name if not slug(tool.server) or tool.name.startswith(prefix) else prefix + tool.name
