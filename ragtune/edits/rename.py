"""Other names."""

from __future__ import annotations

from collections.abc import Mapping

from ragtune.component import register
from ragtune.edits import _overlay
from ragtune.edits._arguments import mapped_examples
from ragtune.edits._names import Style, distinct, styled
from ragtune.edits._overlaid import Overlaid
from ragtune.edits._schemas import movable, together, with_parameters
from ragtune.errors import Fault, suggest
from ragtune.tools import Adapter, Move, Tool, ToolSet
from ragtune.yaml_tree import Node


@register
class Rename(Overlaid):
    """Names in one style, or as a file says; whichever tool or parameter is meant, the adapter calls it as it was.

    The file at `path` holds `{tool id: {name: new, parameters: {old: new}}}`; what it does not mention takes the `style`.
    Different names stay different: where two would meet, the later gets a number, and one that the file gave is refused.
    Only top-level parameters are renamed, and none of a tool whose schema has rules across parameters (`anyOf`, `if`) or
    refers to one by its place. Descriptions that mention a name keep the old one.
    Source: ragtune
    """

    style: Style = "snake"
    parameters: bool = False
    """Whether the parameters take the style too."""

    def edit(self, toolset: ToolSet) -> ToolSet:
        """The tools under other names."""
        said = self.said(toolset)
        faults: list[Fault] = []
        found = {id: _overlay.fields(node, id, ("name", "parameters"), faults) for id, node in said.items()}
        tools = self._named(toolset, found, faults)
        adapters: dict[str, Adapter] = {}
        for i, tool in enumerate(tools):
            tools[i], moves = self._with_parameters(tool, found.get(tool.id, {}).get("parameters"), faults)
            if moves:
                adapters[tool.id] = Adapter(moves=moves, then=toolset.adapter(tool.id))
        self.refuse(faults)
        return toolset.with_tools(tools, adapters)

    def _named(self, toolset: ToolSet, found: Mapping[str, Mapping[str, Node]], faults: list[Fault]) -> list[Tool]:
        asked = {id: _name(node["name"], "name", faults) for id, node in found.items() if "name" in node}
        wanted = [asked.get(tool.id) or styled(tool.name, self.style) for tool in toolset.tools]
        names = distinct([tool.name for tool in toolset.tools], wanted)
        for tool, name in zip(toolset.tools, names, strict=True):
            if asked.get(tool.id, name) != name and asked[tool.id]:
                faults.append(found[tool.id]["name"].fault(f"another tool is named '{asked[tool.id]}' too"))
        pairs = zip(toolset.tools, names, strict=True)
        return [tool if tool.name == name else tool.model_copy(update={"name": name}) for tool, name in pairs]

    def _with_parameters(self, tool: Tool, node: Node | None, faults: list[Fault]) -> tuple[Tool, tuple[Move, ...]]:
        asked = _asked(tool, node, faults)
        if not (asked or self.parameters) or not movable(tool.input_schema):
            if asked and node:
                faults.append(node.fault(f"the schema of '{tool.id}' has rules across parameters; none can be renamed"))
            return tool, ()
        old = list(tool.parameters)
        style: Style = self.style if self.parameters else "keep"
        names = dict(zip(old, distinct(old, [asked.get(name) or styled(name, style) for name in old]), strict=True))
        for name, new in asked.items():
            if node and new and names[name] != new:
                faults.append(node.key_fault(name, f"another parameter of '{tool.id}' is named '{new}' too"))
        moves = tuple(Move(source=new, to=(name,)) for name, new in names.items() if new != name)
        return (_renamed(tool, names) if moves else tool), moves


def _asked(tool: Tool, node: Node | None, faults: list[Fault]) -> dict[str, str]:
    """Old -> new, as the file says."""
    if node is None:
        return {}
    if not isinstance(node.value, dict):
        faults.append(node.fault("the new names of parameters are written as {old: new}"))
        return {}
    known = list(tool.parameters)
    strange = set(node.value) - set(known)
    faults += [node.key_fault(name, f"'{tool.id}' has no parameter '{name}'{suggest(name, known)}") for name in strange]
    return {name: _name(inner, name, faults) for name, inner in node.value.items() if name in known}


def _name(node: Node, what: str, faults: list[Fault]) -> str:
    before = len(faults)
    text = _overlay.text(node, what, faults)
    if not text.strip() and len(faults) == before:
        faults.append(node.fault("a name cannot be empty"))
    return text.strip()


def _renamed(tool: Tool, names: Mapping[str, str]) -> Tool:
    root = tool.input_schema
    rules = {names.get(key, key): [names.get(n, n) for n in others] for key, others in together(root).items()}
    parameters = {names[name]: schema for name, schema in tool.parameters.items()}
    schema = with_parameters(root, parameters, [names.get(name, name) for name in tool.required], rules)
    examples = mapped_examples(tool, lambda given: {names.get(name, name): value for name, value in given.items()})
    return tool.model_copy(update={"input_schema": schema, "examples": examples})
