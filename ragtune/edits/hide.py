"""Fewer tools."""

from __future__ import annotations

from fnmatch import fnmatchcase

from ragtune.component import register
from ragtune.edits import Edit
from ragtune.errors import Fault, InputError, suggest
from ragtune.tools import Tool, ToolSet


@register
class Hide(Edit):
    """Drops tools: those with one of the `ids`, with one of the `tags`, or whose id, name or `server/name` fits a pattern.

    A pattern is a glob: `*` for any characters, `?` for one, `[ab]` for one of them; case counts. With `keep`, what was
    named stays and all else goes. Ids that no tool has are refused; with nothing named, nothing is dropped.
    Source: ragtune
    """

    ids: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    keep: bool = False

    def ignored(self) -> frozenset[str]:
        """What is kept matters only where something is named."""
        return frozenset() if self.ids or self.tags or self.patterns else frozenset({"keep"})

    def edit(self, toolset: ToolSet) -> ToolSet:
        """The tools that are left."""
        known = list(toolset.place)
        unknown = [id for id in self.ids if id not in toolset.place]
        if unknown:
            raise InputError([Fault("", 0, 0, f"hide: there is no tool '{id}'{suggest(id, known)}") for id in unknown])
        if not (self.ids or self.tags or self.patterns):
            return toolset
        return toolset.with_tools(tool for tool in toolset.tools if self._named(tool) == self.keep)

    def _named(self, tool: Tool) -> bool:
        names = {tool.id, tool.name, f"{tool.server}/{tool.name}"}
        fits = any(fnmatchcase(name, pattern) for pattern in self.patterns for name in names)
        return fits or tool.id in self.ids or not set(self.tags).isdisjoint(tool.tags)
