"""Mutations inside an object, or inside the first object of a list; entered beside those of whole arguments."""

from __future__ import annotations

import json
from typing import Any

from benchmarks._mutations import RIGHT, TYPE, VALUE, Argument, Spoilt, argument, respelled

MISSING, UNEXPECTED = frozenset({"missing"}), frozenset({"unexpected"})


def shape_of(a: Argument) -> dict[str, list[Any]] | None:
    """The only acceptable shape: of the object, or of the first object in the list; None where there are several."""
    if len(a.values) != 1 or not a.values[0]:
        return None
    value = a.values[0][0] if isinstance(a.values[0], list) else a.values[0]
    return value if isinstance(value, dict) and value else None


def within(a: Argument, changed: dict[str, Any], bfcl: frozenset[str], strict: frozenset[str]) -> Spoilt:
    """The argument with its (first) object replaced."""
    return Spoilt([changed, *a.first[1:]] if isinstance(a.first, list) else changed, bfcl, strict)


def of_type(a: Argument, *types: type) -> tuple[dict[str, Any], str] | None:
    """The object as sent, and its first key whose acceptable values are all of these types."""
    shape = shape_of(a)
    for key, values in (shape or {}).items():
        if all(type(value) in types for value in values):
            return dict(a.first[0] if isinstance(a.first, list) else a.first), key
    return None


@argument("key of an object left out")
def _(a: Argument) -> Spoilt | None:
    shape = shape_of(a)
    needed = [key for key, values in (shape or {}).items() if "" not in values]
    if not needed:
        return None
    sent = a.first[0] if isinstance(a.first, list) else a.first
    return within(a, {key: value for key, value in sent.items() if key != needed[0]}, MISSING, MISSING)


@argument("unexpected key in an object")
def _(a: Argument) -> Spoilt | None:
    if shape_of(a) is None:
        return None
    sent = a.first[0] if isinstance(a.first, list) else a.first
    return within(a, {**sent, "made_up_key": 1}, UNEXPECTED, UNEXPECTED)


@argument("string in an object changed")
def _(a: Argument) -> Spoilt | None:
    found = of_type(a, str)
    return within(a, {**found[0], found[1]: found[0][found[1]] + " zzz"}, VALUE, VALUE) if found else None


@argument("string in an object: case, spaces, punctuation")
def _(a: Argument) -> Spoilt | None:
    found = of_type(a, str)
    return within(a, {**found[0], found[1]: respelled(found[0][found[1]])}, RIGHT, VALUE) if found else None


@argument("number in an object changed")
def _(a: Argument) -> Spoilt | None:
    found = of_type(a, int, float)
    return within(a, {**found[0], found[1]: found[0][found[1]] + 1}, VALUE, VALUE) if found else None


@argument("number in an object as a string")
def _(a: Argument) -> Spoilt | None:
    found = of_type(a, int, float)
    return within(a, {**found[0], found[1]: str(found[0][found[1]])}, TYPE, TYPE) if found else None


@argument("bool for an int in an object")
def _(a: Argument) -> Spoilt | None:
    found = of_type(a, int)
    return within(a, {**found[0], found[1]: found[0][found[1]] != 0}, TYPE, TYPE) if found else None


@argument("keys of an object in another order")
def _(a: Argument) -> Spoilt | None:
    shape = shape_of(a)
    if shape is None or len(shape) < 2:
        return None
    sent = a.first[0] if isinstance(a.first, list) else a.first
    return within(a, dict(reversed(sent.items())), RIGHT, RIGHT)


@argument("object as its JSON text")
def _(a: Argument) -> Spoilt | None:
    return Spoilt(json.dumps(a.first), TYPE, TYPE) if isinstance(a.values[0], dict) and shape_of(a) else None


@argument("list of objects reordered")
def _(a: Argument) -> Spoilt | None:
    if len(a.values) != 1 or shape_of(a) is None or not isinstance(a.first, list) or len(a.first) < 2:
        return None
    return Spoilt(a.first[::-1], VALUE, VALUE) if a.first != a.first[::-1] else None
