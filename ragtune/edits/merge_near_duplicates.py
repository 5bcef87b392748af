"""One tool with a choice, in place of several that are all but the same."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import Field

from ragtune.component import register
from ragtune.edits import _overlay
from ragtune.edits._merging import common_name, merged
from ragtune.edits._names import free
from ragtune.edits._overlaid import Overlaid
from ragtune.edits._schemas import movable
from ragtune.edits._texts import overlap, word_set
from ragtune.errors import Fault, suggest
from ragtune.tools import Adapter, Tool, ToolSet
from ragtune.yaml_tree import Node


@register
class MergeNearDuplicates(Overlaid):
    """Tools whose descriptions share most of their words become one, with a parameter `which` that says which is meant.

    A tool joins the first tool before it with which it shares at least `min_similarity` of the words of both (Jaccard), up
    to `max_tools` together; tools without a description stay alone. Or a file at `path` says who belongs together:
    `{new name: [tool ids]}`. The one tool has the parameters of all, required are those that all require; a parameter
    of which they differ may be what any of them says (`anyOf`). Tools whose schema has rules across parameters, or refers
    to one by its place, stay alone. It is called by the words that the names share, stands where the first of them was,
    and its id is all of their ids, joined by `+`.
    Source: ragtune
    """

    min_similarity: Annotated[float, Field(gt=0, le=1)] = 0.9
    max_tools: Annotated[int, Field(ge=2)] = 8
    same_server: bool = False
    """Whether only tools of one server are merged."""

    def ignored(self) -> frozenset[str]:
        """A file leaves nothing to likeness."""
        near = {"min_similarity", "max_tools", "same_server"}
        return super().ignored() | (near if self.path else frozenset())

    def edit(self, toolset: ToolSet) -> ToolSet:
        """The tools, those that are alike as one."""
        groups = self._from_file(toolset) if self.path else self._alike(toolset.tools)
        ids = set(toolset.place)
        taken = {tool.name for tool in toolset.tools} - {tool.name for _, group in groups for tool in group}
        taken |= {name for name, _ in groups if name}
        at: dict[str, tuple[Tool, Adapter] | None] = {}
        for name, group in groups:
            called = name or free(common_name([tool.name for tool in group]), taken)
            taken.add(called)
            at.update(dict.fromkeys(tool.id for tool in group))
            at[min(group, key=lambda tool: toolset.place[tool.id]).id] = merged(toolset, group, called, ids)
        tools: list[Tool] = []
        adapters: dict[str, Adapter] = {}
        for tool in toolset.tools:
            found = at.get(tool.id)
            if found:
                tools.append(found[0])
                adapters[found[0].id] = found[1]
            elif tool.id not in at:
                tools.append(tool)
        return toolset.with_tools(tools, adapters)

    def _alike(self, tools: Sequence[Tool]) -> list[tuple[str, list[Tool]]]:
        """The groups by likeness, without names.

        Two texts that are alike share one of the rarest words of each, so only those are looked up.
        """
        said = {tool.id: word_set(tool.description) for tool in tools if movable(tool.input_schema)}
        count = Counter(word for found in said.values() for word in found)
        groups: list[list[Tool]] = []
        holding: dict[str, list[int]] = {}
        for tool in tools:
            words = sorted(said.get(tool.id, ()), key=lambda word: (count[word], word))
            rarest = words[: len(words) - math.ceil(self.min_similarity * len(words) - 1e-9) + 1]
            seen = sorted({i for word in rarest for i in holding.get(word, ())})
            found = next((i for i in seen if self._joins(tool, groups[i], said)), None)
            if found is not None:
                groups[found].append(tool)
            elif words:
                for word in rarest:
                    holding.setdefault(word, []).append(len(groups))
                groups.append([tool])
        return [("", group) for group in groups if len(group) > 1]

    def _joins(self, tool: Tool, group: Sequence[Tool], said: Mapping[str, frozenset[str]]) -> bool:
        here = not self.same_server or group[0].server == tool.server
        near = overlap(said[tool.id], said[group[0].id]) >= self.min_similarity
        return near and here and len(group) < self.max_tools

    def _from_file(self, toolset: ToolSet) -> list[tuple[str, list[Tool]]]:
        """The groups that the file names."""
        assert self.path is not None
        faults: list[Fault] = []
        groups: list[tuple[str, list[Tool]]] = []
        owner: dict[str, str] = {}
        for name, node in _overlay.entries(self.path).items():
            group = self._members(toolset, name, node, owner, faults)
            if len(group) > 1:
                groups.append((name, group))
        merged_ids = {tool.id for _, group in groups for tool in group}
        others = {tool.name for tool in toolset.tools if tool.id not in merged_ids}
        for name, node in _overlay.entries(self.path).items():
            if name in others:
                faults.append(node.fault(f"another tool is named '{name}' too"))
        self.refuse(faults)
        return groups

    def _members(
        self, toolset: ToolSet, name: str, node: Node, owner: dict[str, str], faults: list[Fault]
    ) -> list[Tool]:
        if not isinstance(node.value, list) or len(node.value) < 2:
            faults.append(node.fault(f"'{name}' is written with a list of two tool ids or more"))
            return []
        found: list[Tool] = []
        known = list(toolset.place)
        for item in node.value:
            id = str(item.value)
            if id not in toolset.place:
                if self.unknown == "refuse":
                    faults.append(item.fault(f"there is no tool '{id}'{suggest(id, known)}"))
            elif id in owner:
                faults.append(item.fault(f"'{id}' is part of '{owner[id]}' already"))
            elif not movable(toolset.tools[toolset.place[id]].input_schema):
                faults.append(item.fault(f"the schema of '{id}' has rules across parameters; it cannot be merged"))
            else:
                owner[id] = name
                found.append(toolset.tools[toolset.place[id]])
        return found
