"""Edits change how tools are shown or found: one a file, each an axis of a sweep."""

from __future__ import annotations

from typing import ClassVar

from ragtune.component import Component, work
from ragtune.tools import Tool, ToolSet


class Edit(Component):
    """Base of the edits: a component of this kind has a verb `apply` that returns a new `ToolSet`.

    An edit of each tool by itself overrides `edit_tool`; one that adds, drops or joins tools overrides `edit`; one that
    learns from cases overrides `apply` and names `pool` among its parameters: the cases kept apart for that, never scored.
    An edit that changes names or shape says the way back in the tool set's `adapters`.
    """

    kind: ClassVar[str] = "edit"
    verb: ClassVar[str] = "apply"

    @work(keep="no", online=False)
    def apply(self, toolset: ToolSet) -> ToolSet:
        """The edited tool set."""
        return self.edit(toolset)

    def edit(self, toolset: ToolSet) -> ToolSet:
        """The edited tool set; each tool by itself unless overridden."""
        return toolset.with_tools(self.edit_tool(tool) for tool in toolset.tools)

    def edit_tool(self, tool: Tool) -> Tool:
        """The edited tool."""
        return tool
