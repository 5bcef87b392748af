"""One tool a value, in place of one tool with a choice."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from ragtune.component import register
from ragtune.edits import Edit
from ragtune.edits._arguments import mapped_examples, without
from ragtune.edits._names import free, slug
from ragtune.edits._schemas import follow, movable
from ragtune.edits._texts import paragraphs, written
from ragtune.tools import Adapter, Put, Tool, ToolSet


@register
class SplitByEnum(Edit):
    """A tool with a parameter such as `action` becomes one tool for each value that it may have.

    The parameter is the one called `parameter`, or the first that a tool has of those whose names are usual for a choice
    of deed; it has to name 2 to `max_values` values. The new tools are called `name_value`, their ids are `id#value`, and
    they follow each other where the tool was. A parameter that may be left out leaves one more, the tool without it.
    Source: ragtune
    """

    parameter: str = ""
    """The parameter's name; empty for action, operation, op, mode, command, method, type or kind, whichever comes first."""
    max_values: Annotated[int, Field(ge=2)] = 10

    def edit(self, toolset: ToolSet) -> ToolSet:
        """The tools, one a value."""
        ids, names = set(toolset.place), {tool.name for tool in toolset.tools}
        tools: list[Tool] = []
        adapters: dict[str, Adapter] = {}
        for tool in toolset.tools:
            name, values = self._choice(tool)
            then = toolset.adapter(tool.id)
            for value in values:
                one = _fixed(tool, name, value, ids, names)
                tools.append(one)
                adapters[one.id] = Adapter(puts=(Put(to=(name,), value=value),), then=then)
            if not values:
                tools.append(tool)
            elif name not in tool.required:
                tools.append(_unset(tool, name))
        return toolset.with_tools(tools, adapters)

    def _choice(self, tool: Tool) -> tuple[str, list[Any]]:
        """The parameter and its values; none where the tool has no such parameter."""
        if movable(tool.input_schema):
            for name in (self.parameter,) if self.parameter else _USUAL:
                schema = tool.parameters.get(name)
                found, _ = follow(schema, tool.input_schema) if isinstance(schema, dict) else ({}, frozenset())
                values = _scalars(found.get("enum"))
                if 2 <= len(values) <= self.max_values:
                    return name, values
        return "", []


_USUAL = ("action", "operation", "op", "mode", "command", "method", "type", "kind")


def _scalars(values: Any) -> list[Any]:
    """The different values of an enum; none where one of them is an object or a list."""
    if not isinstance(values, list) or any(isinstance(value, dict | list) for value in values):
        return []
    return list({(isinstance(value, bool), value): value for value in values}.values())


def _fixed(tool: Tool, name: str, value: Any, ids: set[str], names: set[str]) -> Tool:
    id = free(f"{tool.id}#{written(value)}", ids)
    called = free(f"{tool.name}_{slug(written(value)) or 'empty'}", names)
    ids.add(id)
    names.add(called)

    def fitting(given: dict[str, Any]) -> dict[str, Any] | None:
        if name not in given or not _same(given[name], value):
            return None
        return {key: inner for key, inner in given.items() if key != name}

    new = {
        "id": id,
        "name": called,
        "title": f"{tool.title}: {written(value)}" if tool.title else "",
        "description": paragraphs(tool.description, f"Here {name} is always {written(value)}."),
        "input_schema": without(tool.input_schema, name, given=True),
        "examples": mapped_examples(tool, fitting),
    }
    return tool.model_copy(update=new)


def _unset(tool: Tool, name: str) -> Tool:
    new = {
        "input_schema": without(tool.input_schema, name, given=False),
        "examples": mapped_examples(tool, lambda given: None if name in given else given),
    }
    return tool.model_copy(update=new)


def _same(a: Any, b: Any) -> bool:
    return isinstance(a, bool) == isinstance(b, bool) and bool(a == b)
