"""Schemas for structured outputs ("strict"): every object closed, every property required, what may be left out nullable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_REFUSED = ("allOf", "oneOf", "not", "if", "then", "else", "patternProperties", "dependentRequired", "dependentSchemas")
_DROPPED = ("default", "minLength", "maxLength", "uniqueItems", "examples", "$schema", "$comment", "title")
"""Keywords that say nothing about the shape, and that are not in the subset that strict mode takes."""
_DEEPEST = 10


class _NotStrictError(Exception):
    pass


def strict_schema(schema: Mapping[str, Any]) -> dict[str, Any] | None:
    """The schema as strict mode takes it; None where it says something that strict mode cannot.

    Source: https://platform.openai.com/docs/guides/structured-outputs#supported-schemas
    """
    try:
        return _object({"type": "object", "properties": {}, **schema}, 1)
    except _NotStrictError:
        return None


def without_nulls(value: Any, schema: Any) -> Any:
    """A value for the strict schema as one for the original: null where a property was left out is taken away."""
    if isinstance(value, list):
        items = schema.get("items") if isinstance(schema, Mapping) else None
        return [without_nulls(item, items) for item in value]
    properties = schema.get("properties") if isinstance(schema, Mapping) else None
    if not isinstance(value, dict) or not isinstance(properties, Mapping):
        return value
    required = schema.get("required") or ()
    return {
        name: without_nulls(inner, properties.get(name))
        for name, inner in value.items()
        if not (inner is None and name in properties and name not in required and not _nullable(properties[name]))
    }


def _strict(schema: Any, depth: int) -> dict[str, Any]:
    if not isinstance(schema, Mapping) or depth > _DEEPEST or any(word in schema for word in _REFUSED):
        raise _NotStrictError
    if "properties" in schema or schema.get("type") == "object":
        return _object(schema, depth)
    made = {word: value for word, value in schema.items() if word not in _DROPPED}
    if "array" in _types(schema):
        if _types(schema) - {"array", "null"}:
            raise _NotStrictError
        made["items"] = _strict(schema.get("items"), depth + 1)
    elif "anyOf" in schema:
        made["anyOf"] = [_strict(each, depth + 1) for each in schema["anyOf"]]
    elif not {"type", "enum", "const", "$ref"} & schema.keys() or "object" in _types(schema):
        raise _NotStrictError  # anything at all
    return _with_definitions(made, schema, depth)


def _object(schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
    properties = schema.get("properties")
    free = not isinstance(properties, Mapping) or (not properties and depth > 1)
    if free or schema.get("additionalProperties") not in (None, False) or any(word in schema for word in _REFUSED):
        raise _NotStrictError
    assert isinstance(properties, Mapping)
    required = schema.get("required") or ()
    made = {word: value for word, value in schema.items() if word not in _DROPPED}
    made["properties"] = {
        name: inner if name in required else _or_null(inner)
        for name, inner in ((name, _strict(inner, depth + 1)) for name, inner in properties.items())
    }
    made["required"] = list(properties)
    made["additionalProperties"] = False
    return _with_definitions(made, schema, depth)


def _with_definitions(made: dict[str, Any], schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
    for word in ("$defs", "definitions"):
        if isinstance(schema.get(word), Mapping):
            made[word] = {name: _strict(inner, depth + 1) for name, inner in schema[word].items()}
    return made


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    if _nullable(schema):
        return schema
    if "anyOf" in schema:
        return {**schema, "anyOf": [*schema["anyOf"], {"type": "null"}]}
    if "type" not in schema or "const" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    choices = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return {**schema, "type": [*types, "null"], **choices}


def _nullable(schema: Any) -> bool:
    if not isinstance(schema, Mapping):
        return False
    of = schema.get("anyOf")
    choices = schema.get("enum")
    named = "null" in _types(schema) and (not isinstance(choices, list) or None in choices)
    return named or (isinstance(of, list) and any(_nullable(each) for each in of))


def _types(schema: Mapping[str, Any]) -> set[str]:
    found = schema.get("type")
    return {str(word) for word in (found if isinstance(found, list) else [found] if found else [])}
