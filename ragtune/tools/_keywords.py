"""The keywords of JSON Schema 2020-12 and what may stand after each: its metaschema as tables, with places.

Source: https://json-schema.org/draft/2020-12/schema
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ragtune.errors import suggest

SCHEMA = (
    "additionalProperties",
    "contains",
    "contentSchema",
    "else",
    "if",
    "items",
    "not",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
)
SCHEMA_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
SCHEMA_MAPS = ("$defs", "definitions", "dependentSchemas", "patternProperties", "properties")
IN_PLACE = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas")
"""Keywords whose schemas say something of the same value, and so take no step into it."""
COUNTS = (
    "maxContains",
    "maxItems",
    "maxLength",
    "maxProperties",
    "minContains",
    "minItems",
    "minLength",
    "minProperties",
)
NUMBERS = ("exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum")
TEXTS = ("$comment", "contentEncoding", "contentMediaType", "description", "format", "title")
BOOLEANS = ("deprecated", "readOnly", "uniqueItems", "writeOnly")
TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")

Path = tuple[str | int, ...]


def subschemas(schema: dict[str, Any], only: tuple[str, ...] | None = None) -> Iterator[tuple[Path, Any]]:
    """Path and value of every schema directly inside a schema; of the keywords `only`, if given."""
    for key in schema if only is None else [key for key in only if key in schema]:
        value = schema[key]
        if key in SCHEMA:
            yield (key,), value
        elif key in SCHEMA_LISTS and isinstance(value, list):
            yield from (((key, i), inner) for i, inner in enumerate(value))
        elif key in SCHEMA_MAPS and isinstance(value, dict):
            yield from (((key, name), inner) for name, inner in value.items())
        elif key == "dependencies" and isinstance(value, dict):
            yield from (((key, name), inner) for name, inner in value.items() if not isinstance(inner, list))


def wrong_values(schema: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """What is wrong with the values of a schema's own keywords, not with the schemas inside it."""
    for key, value in schema.items():
        why = _wrong(key, value)
        if why:
            yield (key,), why


def _wrong(key: str, value: Any) -> str | None:
    if key in TEXTS:
        return None if isinstance(value, str) else "must be a text"
    if key in BOOLEANS:
        return None if isinstance(value, bool) else "must be true or false"
    if key in COUNTS:
        return None if is_number(value) and value >= 0 and value == int(value) else "must be a whole number from 0 on"
    if key in NUMBERS:
        old = "; true is how draft 4 wrote it: write the bound itself here" if isinstance(value, bool) else ""
        return None if is_number(value) else f"must be a number{old}"
    if key == "multipleOf":
        return None if is_number(value) and value > 0 else "must be a number above 0"
    if key in ("enum", "examples"):
        return None if isinstance(value, list) else "must be a list"
    if key == "required":
        return _texts(value)
    if key == "type":
        return _type(value)
    if key in SCHEMA_LISTS:
        return None if isinstance(value, list) and value else _list_of_schemas(key, value)
    if key in (*SCHEMA_MAPS, "dependentRequired", "dependencies"):
        return None if isinstance(value, dict) else "must be a mapping"
    if key == "items" and isinstance(value, list):
        return "must be one schema; for a schema for each place, write prefixItems"
    return None


def _list_of_schemas(key: str, value: Any) -> str:
    return f"must not be empty: {key} needs at least one schema" if value == [] else "must be a list of schemas"


def _texts(value: Any) -> str | None:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        return "must be a list of names"
    return "names something twice" if len(set(value)) < len(value) else None


def _type(value: Any) -> str | None:
    given = value if isinstance(value, list) else [value]
    if not given:
        return "must not be empty"
    for each in given:
        if not isinstance(each, str) or each not in TYPES:
            return f"has no type {str(each)[:60]!r}{suggest(str(each)[:60], TYPES)}"
    return "names a type twice" if len(set(given)) < len(given) else None


def wrong_names(schema: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """What is wrong with the names that properties depend on."""
    for key in ("dependentRequired", "dependencies"):
        found = schema.get(key)
        for name, value in found.items() if isinstance(found, dict) else ():
            if key == "dependentRequired" or isinstance(value, list):
                why = _texts(value)
                if why:
                    yield (key, name), why


def is_number(value: Any) -> bool:
    """Whether a value is a JSON number."""
    return isinstance(value, int | float) and not isinstance(value, bool)
