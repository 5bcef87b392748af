"""Types, enums and bounds of a schema in a form that can be compared, and values in a few characters."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

TYPES = frozenset({"null", "boolean", "object", "array", "integer", "number", "string"})
_LONG = 48


def types_of(schema: Mapping[str, Any]) -> frozenset[str]:
    """The types that a schema allows, all where it says none; whole numbers are numbers."""
    given = schema.get("type")
    if given is None:
        return TYPES
    named = {str(each) for each in given} if isinstance(given, list) else {str(given)}
    return frozenset(named | {"integer"} if "number" in named else named)


def enum_of(schema: Mapping[str, Any]) -> dict[str, str] | None:
    """What an enum or a const allows, by value, in words; None where neither is said."""
    if "const" in schema:
        return {_key(schema["const"]): brief(schema["const"])}
    given = schema.get("enum")
    return {_key(value): brief(value) for value in given} if isinstance(given, list) else None


def of_bound(key: str, before: Any, after: Any, *, lower: bool, upper: bool) -> Literal["narrower", "wider", "other"]:
    """Which way a bound moved; `other` where that cannot be told."""
    if after is None or after is False:
        return "wider"
    if before is None or before is False:
        return "narrower"
    numbers = all(isinstance(value, int | float) for value in (before, after))
    if numbers and (lower or upper):
        return "narrower" if (after > before) is lower else "wider"
    if numbers and key == "multipleOf" and after and before:
        return "wider" if before % after == 0 else "narrower" if after % before == 0 else "other"
    return "other"


def brief(value: Any) -> str:
    """A value as JSON in a few characters; a text without quotes, nothing as a dash."""
    if value is None:
        return "–"
    told = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    told = " ".join(told.split()) or '""'
    return told if len(told) <= _LONG else told[: _LONG - 1].rstrip() + "…"


def _key(value: Any) -> str:
    """Equal for values that are equal as JSON: 1 and 1.0, but not true."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
