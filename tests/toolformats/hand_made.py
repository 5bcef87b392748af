"""Tools that have something of everything, and what differs between two of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ragtune.toolformats import Loss
from ragtune.tools import Example, Tool

CITY = {"type": "string", "description": "City", "minLength": 2, "pattern": "^[A-Z]"}
WEATHER = Tool(
    name="get_weather",
    title="Weather",
    description="Say the weather.",
    input_schema={
        "type": "object",
        "properties": {
            "city": CITY,
            "unit": {"type": "string", "enum": ["C", "F"], "default": "C"},
            "days": {"type": "integer", "minimum": 1, "maximum": 14},
            "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        },
        "required": ["city"],
    },
    output_schema={"type": "object", "properties": {"text": {"type": "string"}}},
    annotations={"readOnlyHint": True},
    examples=(Example(query="rain in Rome?", arguments={"city": "Rome"}), Example(query="sun?")),
    when_not_to_use="For the past.",
    tags=("weather",),
    index_text="forecast rain sun",
    server="desk",
)
ORDER = Tool(
    name="shop.order",
    description="Order things.",
    input_schema={
        "type": "object",
        "properties": {
            "ship to": {"$ref": "#/$defs/address"},
            "lines": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"sku": {"type": "string"}, "n": {"type": "integer", "enum": [1, 2, 3]}},
                    "required": ["sku"],
                },
            },
            "kind": {"const": "web"},
            "size": {"type": ["integer", "string", "null"]},
        },
        "required": ["lines", "ship to"],
        "$defs": {"address": {"type": "object", "properties": {"zip": {"type": "string", "format": "zip"}}}},
        "additionalProperties": False,
    },
)
TREE = Tool(
    name="plant",
    input_schema={
        "type": "object",
        "properties": {"tree": {"$ref": "#/$defs/tree"}},
        "$defs": {
            "tree": {
                "type": "object",
                "properties": {
                    "leaf": {"type": "boolean"},
                    "kids": {"type": "array", "items": {"$ref": "#/$defs/tree"}},
                },
            }
        },
    },
)
FREE = Tool(
    name="store",
    description="Store anything.",
    input_schema={
        "type": "object",
        "properties": {
            "data": {"type": "object", "additionalProperties": True},
            "any": {},
            "both": {"allOf": [{"type": "string"}, {"maxLength": 3}]},
            "one": {"oneOf": [{"type": "string"}, {"type": "integer"}]},
            "list": {"type": "array"},
            "pair": {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}]},
        },
    },
)
NAMESAKE = Tool(id="other/get_weather", name="get_weather", description="The weather of others.")
SAME_WRITTEN = Tool(name="shop_order", description="Another.")
BARE = Tool(name="ping", input_schema={"type": "object"})
TOOLS = [WEATHER, ORDER, TREE, FREE, NAMESAKE, SAME_WRITTEN, BARE]


def differences(one: Any, other: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Paths at which two JSON values are not the same; 1, 1.0 and true are not."""
    if type(one) is not type(other):
        yield path
    elif isinstance(one, dict):
        for key in {**one, **other}:
            if key not in one or key not in other:
                yield (*path, key)
            else:
                yield from differences(one[key], other[key], (*path, key))
    elif isinstance(one, list):
        if len(one) != len(other):
            yield path
        else:
            for i, (a, b) in enumerate(zip(one, other, strict=True)):
                yield from differences(a, b, (*path, str(i)))
    elif one != other:
        yield path


def silent(before: Iterable[Tool], after: Iterable[Tool], losses: Iterable[Loss]) -> list[tuple[str, str]]:
    """Tool and place of everything that changed and that no loss names (it, or what it is in)."""
    named: dict[str, set[str]] = {}
    for loss in losses:
        named.setdefault(loss.tool, set()).add(loss.place)
    found = []
    for a, b in zip(before, after, strict=True):
        for path in differences(a.model_dump(mode="json"), b.model_dump(mode="json")):
            steps = [step.replace("~", "~0").replace("/", "~1") for step in path]
            if not any("/".join(steps[:i]) in named.get(a.id, ()) for i in range(1, len(steps) + 1)):
                found.append((a.id, "/".join(steps)))
    return found
