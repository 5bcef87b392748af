"""Walks through JSON schemas that know a keyword from a parameter that happens to be called like one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from ragtune.tools import Tool

_MAPS = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")
_LISTS = ("anyOf", "oneOf", "allOf", "prefixItems")
_SINGLES = (
    "items", "additionalProperties", "additionalItems", "unevaluatedItems", "unevaluatedProperties", "contains",
    "propertyNames", "not", "if", "then", "else", "contentSchema",
)  # fmt: skip
_NOTES = {"$schema", "$comment", "title", "description", "examples", "default", "deprecated", "readOnly", "writeOnly"}
_PLAIN = _NOTES | {
    "type",
    "properties",
    "required",
    "additionalProperties",
    "dependentRequired",
    "$defs",
    "definitions",
}
_ANCHORS = {"$id", "$anchor", "$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$recursiveAnchor", "id"}
MAX_DEPTH = 64
"""Deeper schemas stay as they are."""

Change = Callable[[dict[str, Any], str], dict[str, Any]]


def rebuilt(schema: Mapping[str, Any], change: Change) -> dict[str, Any]:
    """A copy in which every schema below the root went through `change`, the innermost first.

    `change` is also told the name of the parameter, "" for what is none (items, alternatives, definitions).
    """
    return _rebuilt(schema, change, 0)


def _rebuilt(schema: Mapping[str, Any], change: Change, depth: int) -> dict[str, Any]:
    new = dict(schema)
    if depth >= MAX_DEPTH:
        return new

    def inner(value: Any, name: str = "") -> Any:
        return change(_rebuilt(value, change, depth + 1), name) if isinstance(value, Mapping) else value

    for word, value in schema.items():
        if word in _MAPS and isinstance(value, Mapping):
            new[word] = {key: inner(item, key if word == "properties" else "") for key, item in value.items()}
        elif (word in _LISTS and isinstance(value, list)) or (word == "items" and isinstance(value, list)):
            new[word] = [inner(item) for item in value]
        elif word in _SINGLES:
            new[word] = inner(value)
    return new


def described(schema: Mapping[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    """A copy in which every description below the root went through `change`; where nothing is left, there is none."""

    def one(found: dict[str, Any], _: str) -> dict[str, Any]:
        text = found.get("description")
        if not isinstance(text, str):
            return found
        new = change(text)
        if new:
            return {**found, "description": new}
        return {word: value for word, value in found.items() if word != "description"}

    return rebuilt(schema, one)


def subschemas(schema: Mapping[str, Any], depth: int = 0) -> Iterator[Mapping[str, Any]]:
    """The schema and all in it."""
    yield schema
    if depth >= MAX_DEPTH:
        return
    parts: Iterable[Any]
    for word, value in schema.items():
        if word in _MAPS and isinstance(value, Mapping):
            parts = value.values()
        elif word in _LISTS or word in _SINGLES:
            parts = value if isinstance(value, list) else (value,)
        else:
            continue
        for part in parts:
            if isinstance(part, Mapping):
                yield from subschemas(part, depth + 1)


def movable(root: Mapping[str, Any]) -> bool:
    """Whether its parameters may be taken out, renamed and put elsewhere without changing what they mean.

    Not so where the root has rules across parameters that are not understood here, or where something refers to a place
    other than a definition at the root.
    """
    if not all(word in _PLAIN or word.startswith("x-") for word in root):
        return False
    if not all(
        isinstance(root.get(word, {}), dict) for word in ("properties", "dependentRequired", "$defs", "definitions")
    ):
        return False
    if not all(map(_are_names, [root.get("required", []), *root.get("dependentRequired", {}).values()])):
        return False
    return not any(_is_bound(found) for found in subschemas(root))


def _are_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


def _is_bound(schema: Mapping[str, Any]) -> bool:
    to = schema.get("$ref")
    return (to is not None and definition(to) is None) or any(isinstance(schema.get(word), str) for word in _ANCHORS)


def definition(reference: Any) -> tuple[str, str] | None:
    """`("$defs", "Point")` of `#/$defs/Point`; None for a reference to anything else."""
    parts = str(reference).split("/")
    if len(parts) != 3 or parts[0] != "#" or parts[1] not in ("$defs", "definitions") or "%" in parts[2]:
        return None
    return parts[1], parts[2].replace("~1", "/").replace("~0", "~")


def follow(schema: Mapping[str, Any], root: Mapping[str, Any]) -> tuple[dict[str, Any], frozenset[str]]:
    """What a schema says once its references to definitions are followed, and which those were; its own words go first.

    A reference that leads nowhere, or back to where it came from, is left as it is.
    """
    seen: set[str] = set()
    found = dict(schema)
    while "$ref" in found:
        reference = str(found["$ref"])
        place = definition(reference)
        held = root.get(place[0]) if place else None
        inner = held.get(place[1]) if place and isinstance(held, dict) else None
        if reference in seen or not isinstance(inner, dict):
            break
        seen.add(reference)
        found = {**inner, **{word: value for word, value in found.items() if word != "$ref"}}
    return found, frozenset(seen)


def relocated(schema: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """A copy whose references lead to definitions under `$defs` that have the prefix before their names."""

    def one(found: dict[str, Any], _: str = "") -> dict[str, Any]:
        place = definition(found["$ref"]) if "$ref" in found else None
        if place is None:
            return found
        name = moved_definition(prefix, *place).replace("~", "~0").replace("/", "~1")
        return {**found, "$ref": f"#/$defs/{name}"}

    return one(rebuilt(schema, one))


def moved_definition(prefix: str, word: str, name: str) -> str:
    """The name of a definition after `relocated`."""
    return f"{prefix}{'' if word == '$defs' else 'definitions.'}{name}"


def values(schema: Mapping[str, Any]) -> list[Any]:
    """The values that a parameter (or each item of it) may have, where it names them; empty where it does not."""
    if isinstance(schema.get("enum"), list):
        return list(schema["enum"])
    if "const" in schema:
        return [schema["const"]]
    if isinstance(schema.get("items"), dict):
        return values(schema["items"])
    parts: list[Any] = next((schema[word] for word in ("anyOf", "oneOf") if isinstance(schema.get(word), list)), [])
    return [value for part in parts if isinstance(part, dict) for value in values(part)]


def with_schema(tool: Tool, schema: Mapping[str, Any]) -> Tool:
    """The tool with another input schema."""
    return tool.model_copy(update={"input_schema": dict(schema)})


def with_parameters(
    root: Mapping[str, Any],
    parameters: Mapping[str, Any],
    required: Iterable[str],
    together: Mapping[str, Iterable[str]],
) -> dict[str, Any]:
    """A root schema with other parameters; `together` says which others each needs beside it (`dependentRequired`)."""
    new = {word: value for word, value in root.items() if word != "dependentRequired"}
    new["properties"] = dict(parameters)
    needed = [name for name in required if name in parameters]
    if needed or "required" in root:
        new["required"] = needed
    rules = {name: list(others) for name, others in together.items() if others}
    return {**new, "dependentRequired": rules} if rules else new


def together(root: Mapping[str, Any]) -> dict[str, list[str]]:
    """Parameter -> the others it needs beside it."""
    return {name: list(others) for name, others in root.get("dependentRequired", {}).items()}
