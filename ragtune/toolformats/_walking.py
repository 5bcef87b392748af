"""Where schemas are inside a schema (JSON Schema 2020-12 and its older words), and how places in them are written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

MAPS = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")
LISTS = ("anyOf", "oneOf", "allOf", "prefixItems")
SINGLES = (
    "items",
    "additionalProperties",
    "additionalItems",
    "contains",
    "propertyNames",
    "not",
    "if",
    "then",
    "else",
    "unevaluatedItems",
    "unevaluatedProperties",
)
DEFINITIONS = ("$defs", "definitions")

Schema = Mapping[str, Any]


def inside(schema: Schema) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Path and value of every schema directly inside another; booleans too, where they stand for schemas."""
    for word, value in schema.items():
        if word in MAPS and isinstance(value, dict):
            yield from (((word, str(name)), inner) for name, inner in value.items())
        elif (word in LISTS or word == "items") and isinstance(value, list):
            yield from (((word, str(i)), inner) for i, inner in enumerate(value))
        elif word in SINGLES:
            yield (word,), value


def walk(schema: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Schema]]:
    """Path and schema of every schema that is an object, the outermost first; what a `$ref` names is not followed."""
    stack: list[tuple[tuple[str, ...], Any]] = [(path, schema)]
    while stack:
        at, value = stack.pop()
        if isinstance(value, dict):
            yield at, value
            stack.extend(reversed([((*at, *step), inner) for step, inner in inside(value)]))


def rebuild(schema: Schema, change: Callable[[tuple[str, ...], Any], Any]) -> dict[str, Any]:
    """A copy in which every schema directly inside is what `change` makes of it."""
    found: dict[str, Any] = {}
    for word, value in schema.items():
        if word in MAPS and isinstance(value, dict):
            found[word] = {name: change((word, str(name)), inner) for name, inner in value.items()}
        elif (word in LISTS or word == "items") and isinstance(value, list):
            found[word] = [change((word, str(i)), inner) for i, inner in enumerate(value)]
        elif word in SINGLES:
            found[word] = change((word,), value)
        else:
            found[word] = value
    return found


def place(*path: str) -> str:
    """`input_schema/properties/city`: steps joined by `/`, as a JSON pointer escapes them."""
    return "/".join(step.replace("~", "~0").replace("/", "~1") for step in path)


def follow(document: Any, reference: str) -> Any:
    """What a same-document reference (`#/a/b`) names; None where it names nothing."""
    if reference == "#":
        return document
    if not reference.startswith("#/"):
        return None
    value = document
    for step in reference[2:].split("/"):
        key = step.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and key in value:
            value = value[key]
        elif isinstance(value, list) and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value
