"""Two tools, and two sets of them, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ragtune.tooldiff._change import Change, Diff, Level
from ragtune.tooldiff._schemas import Schemas
from ragtune.tooldiff._values import brief
from ragtune.tools import Tool, ToolSet

WORDING = ("title", "description", "when_not_to_use", "index_text", "tags", "examples")
PROMISES: Mapping[str, tuple[bool, bool]] = {
    "readOnlyHint": (True, False),
    "destructiveHint": (False, True),
    "idempotentHint": (True, False),
    "openWorldHint": (False, True),
}
"""MCP's hint -> the value that promises something, and what it is where it is not said."""


def diff_sets(before: ToolSet, after: ToolSet) -> Diff:
    """All changes from one set of tools to another; tools are the same by their ids."""
    old, new = ({tool.id: tool for tool in each.tools} for each in (before, after))
    found: list[Change] = []
    for id, tool in new.items():
        if id in old:
            found += diff_tools(old[id], tool)
        else:
            found.append(Change(id, "", "tool-added", "compatible", "tool added"))
    found += [Change(id, "", "tool-removed", "breaking", "tool removed") for id in old if id not in new]
    return Diff(tuple(found))


def diff_tools(before: Tool, after: Tool) -> Iterator[Change]:
    """All changes of one tool."""
    id = after.id
    if before.name != after.name:
        yield Change(id, "", "tool-renamed", "breaking", f"renamed {before.name} → {after.name}")
    if before.server != after.server:
        told = f"server {before.server or '–'} → {after.server or '–'}"
        yield Change(id, "server", "server-changed", "compatible", told)
    for found in Schemas(before.input_schema, after.input_schema).compare():
        yield Change(id, *found)
    yield from _results(before, after)
    yield from _annotations(before, after)
    for field in WORDING:
        old, new = getattr(before, field), getattr(after, field)
        if old != new:
            yield Change(id, field, f"{field}-changed", "wording", f"{_told(old)} → {_told(new)}")


def _results(before: Tool, after: Tool) -> Iterator[Change]:
    old, new = before.output_schema, after.output_schema
    if old is None and new is not None:
        yield Change(after.id, "output", "output-schema-added", "compatible", "the result has a schema now")
    elif old is not None and new is None:
        yield Change(after.id, "output", "output-schema-removed", "breaking", "the result has no schema any more")
    elif old is not None and new is not None:
        for found in Schemas(old, new, output=True).compare():
            place = f"output.{found.place}" if found.place else "output"
            yield Change(after.id, place, found.kind, found.level, found.told)


def _annotations(before: Tool, after: Tool) -> Iterator[Change]:
    """A promise that is taken back is breaking: what was safe to call without asking no longer is."""
    for key in dict.fromkeys([*before.annotations, *after.annotations]):
        old, new = before.annotations.get(key), after.annotations.get(key)
        if old == new:
            continue
        level: Level = "wording" if key == "title" else "compatible"
        if key in PROMISES:
            promise, unsaid = PROMISES[key]
            kept = (unsaid if old is None else old) == promise, (unsaid if new is None else new) == promise
            level = "breaking" if kept == (True, False) else "compatible"
        yield Change(after.id, f"annotations.{key}", "annotation-changed", level, f"{brief(old)} → {brief(new)}")


def _told(value: Any) -> str:
    if isinstance(value, tuple):
        return f"{len(value)}"
    return brief(value) if value else "–"
