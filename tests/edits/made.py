"""Tools for the tests of edits."""

from __future__ import annotations

import copy
from typing import Any

from jsonschema import Draft202012Validator

from ragtune.component import parse
from ragtune.tools import Cases, Tool, ToolSet


def tool(name: str, properties: dict[str, Any] | None = None, required: tuple[str, ...] = (), **rest: Any) -> Tool:
    schema: dict[str, Any] = {"type": "object", "properties": properties or {}}
    if required:
        schema["required"] = list(required)
    return Tool(name=name, input_schema={**schema, **rest.pop("root", {})}, **rest)


def obj(properties: dict[str, Any], required: tuple[str, ...] = (), **rest: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required), **rest}


def edit(spec: Any, *tools: Tool, pool: Cases | None = None) -> ToolSet:
    return then(spec, ToolSet(tools), pool)


def then(spec: Any, toolset: ToolSet, pool: Cases | None = None) -> ToolSet:
    """The edited tools, after what every edit must hold to was looked at."""
    before = copy.deepcopy(toolset.spec())
    made = parse("edit", spec)
    done = made.apply(toolset, pool or Cases(())) if made.name == "add-examples" else made.apply(toolset)
    assert toolset.spec() == before, "an edit changed what it was given"
    for each in done.tools:
        Draft202012Validator.check_schema(each.input_schema)
    assert len(done.place) == len(done)
    if len({t.name for t in toolset.tools}) == len(toolset):
        assert len({t.name for t in done.tools}) == len(done)
    assert {name for t in done.tools for name in done.originals(t.id)} <= {
        name for t in toolset.tools for name in toolset.originals(t.id)
    }
    back = ToolSet.from_arrays(done.to_arrays())
    assert back.tools == done.tools and back.adapters == done.adapters
    return done


def valid(schema: dict[str, Any], arguments: dict[str, Any]) -> bool:
    return bool(Draft202012Validator(schema).is_valid(arguments))


STRING = {"type": "string"}
NUMBER = {"type": "number"}
