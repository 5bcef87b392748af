"""Nested parameters at the top."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from ragtune.component import register
from ragtune.edits import Edit
from ragtune.edits._arguments import mapped_examples
from ragtune.edits._lifting import Leaf, Lifting, Path, TooManyError
from ragtune.edits._schemas import movable, together, with_parameters
from ragtune.tools import Adapter, Move, Tool, ToolSet


@register
class Flatten(Edit):
    """The parts of nested objects become parameters of their own: `address: {city}` becomes `address_city`.

    `depth` levels are lifted. Lists of objects stay, and so do objects that are more than named parts (maps, alternatives),
    tools whose schema has rules across parameters, and those that would have more than 256. A part is required where all
    around it are; in an object that may be left out, the parts that it must hold are required beside any other
    (`dependentRequired`). What an object was said to be goes before each part's description. Where two names would meet,
    the later has a longer separator. Parts that the schema does not name cannot be given any more.

    An object that may be left out and may be empty stays (`empty: keep`), as nothing would tell the two apart, or is
    lifted, and an empty one is taken for none (`drop`).
    Source: ragtune
    """

    separator: Annotated[str, Field(min_length=1)] = "_"
    depth: Annotated[int, Field(ge=1, le=8)] = 8
    empty: Literal["keep", "drop"] = "keep"

    def edit(self, toolset: ToolSet) -> ToolSet:
        """The tools without nesting."""
        adapters: dict[str, Adapter] = {}
        tools = []
        for tool in toolset.tools:
            flat, adapter = self._flat(tool, toolset.adapter(tool.id))
            tools.append(flat)
            if adapter:
                adapters[tool.id] = adapter
        return toolset.with_tools(tools, adapters)

    def _flat(self, tool: Tool, then: Adapter) -> tuple[Tool, Adapter | None]:
        root = tool.input_schema
        if not movable(root):
            return tool, None
        try:
            leaves, puts = Lifting(root, self.depth, self.empty == "drop").leaves()
        except TooManyError:
            return tool, None
        lifted = {leaf.path[0] for leaf in leaves if len(leaf.path) > 1}
        rules = together(root)
        if not lifted or lifted & {*rules, *(name for others in rules.values() for name in others)}:
            return tool, None
        names = self._names(leaves, tool)
        beside = {
            names[leaf.path]: [names[leaf_.path] for leaf_ in leaves if leaf_.path in leaf.beside] for leaf in leaves
        }
        schema = with_parameters(
            root,
            {names[leaf.path]: leaf.schema for leaf in leaves},
            [names[leaf.path] for leaf in leaves if leaf.required],
            {**rules, **{name: others for name, others in beside.items() if others}},
        )
        examples = mapped_examples(tool, lambda given: _flat_arguments(given, names, lifted))
        moves = tuple(Move(source=names[leaf.path], to=leaf.path) for leaf in leaves if len(leaf.path) > 1)
        flat = tool.model_copy(update={"input_schema": schema, "examples": examples})
        return flat, Adapter(moves=moves, puts=tuple(puts), then=then)

    def _names(self, leaves: Sequence[Leaf], tool: Tool) -> dict[Path, str]:
        """Path -> name; no two alike, and none that the tool had before."""
        taken = set(tool.parameters)
        names: dict[Path, str] = {}
        for leaf in leaves:
            if len(leaf.path) == 1:
                names[leaf.path] = leaf.path[0]
                continue
            separator = self.separator
            while separator.join(leaf.path) in taken:
                separator += self.separator
            names[leaf.path] = separator.join(leaf.path)
            taken.add(names[leaf.path])
        return names


def _flat_arguments(given: Mapping[str, Any], names: Mapping[Path, str], lifted: set[str]) -> dict[str, Any]:
    flat = {name: value for name, value in given.items() if name not in lifted}
    for path, name in names.items():
        inner: Any = given
        for key in path:
            inner = inner.get(key, _NOTHING) if isinstance(inner, Mapping) else _NOTHING
        if inner is not _NOTHING:
            flat[name] = inner
    return flat


_NOTHING = object()
