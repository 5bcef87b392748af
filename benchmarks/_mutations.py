"""Calls spoilt in known ways: each kind of mutation states by construction how it must be judged, without any matcher.

A mutation of an argument is a function of one argument; `None` where it does not apply. What it says of
`schema-invalid` rests on `refuses`, a reading of the few keywords that BFCL's schemas use, and not on a validator.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Value = Any
RIGHT: frozenset[str] = frozenset()
VALUE, TYPE = frozenset({"wrong-value"}), frozenset({"wrong-type"})
DROPPED = object()
NUMBERS = ("integer", "number")


@dataclass(frozen=True)
class Argument:
    """An argument of an expected call: BFCL's acceptable values (without `""`), and the schema's word on it."""

    name: str
    values: tuple[Value, ...]
    optional: bool
    schema: dict[str, Any]
    required: bool

    @property
    def first(self) -> Value:
        """The value that is sent where nothing is spoilt."""
        return plain(self.values[0])

    @property
    def word(self) -> str:
        """The type that the schema names."""
        return str(self.schema.get("type", ""))

    def only(self, *types: type) -> bool:
        """Whether all acceptable values are exactly of these types."""
        return all(type(value) in types for value in self.values)


@dataclass(frozen=True)
class Spoilt:
    """The argument's new value; what is wrong with it by either set of rules; whether the call's schema refuses it."""

    value: Value
    bfcl: frozenset[str]
    strict: frozenset[str]
    extra: dict[str, Value] = field(default_factory=dict)
    refused: bool | None = None


Mutation = Callable[[Argument], Spoilt | None]
ARGUMENTS: dict[str, Mutation] = {}
"""Title -> what happens to one argument of the call."""


def argument(title: str) -> Callable[[Mutation], Mutation]:
    """Enter a mutation under its title."""

    def enter(mutation: Mutation) -> Mutation:
        ARGUMENTS[title] = mutation
        return mutation

    return enter


def plain(value: Value) -> Value:
    """An acceptable value as it is sent: of a shape, the first acceptable value of each key."""
    if isinstance(value, dict) and all(isinstance(inner, list) for inner in value.values()):
        return {key: next(one for one in inner if one != "") for key, inner in value.items() if inner != [""]}
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        return [plain(item) for item in value]
    return value


def refuses(schema: dict[str, Any], value: Value) -> bool:
    """Whether a schema in BFCL's manner refuses a value: type, enum, bounds, required keys, and all of that inside."""
    types = {"string": str, "boolean": bool, "array": list, "object": dict, "integer": int, "number": (int, float)}
    known = types.get(schema.get("type", ""))
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if schema.get("type") in NUMBERS:
        if not number or (schema["type"] == "integer" and value != int(value)):
            return True
    elif known is not None and not isinstance(value, known):  # type: ignore[arg-type]
        return True
    if "enum" in schema and not any(
        value == one and isinstance(value, bool) == isinstance(one, bool) for one in schema["enum"]
    ):
        return True
    if number and value > schema.get("maximum", value):
        return True
    if isinstance(value, list):
        wrong = not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value))
        return wrong or any(refuses(schema.get("items", {}), item) for item in value)
    if isinstance(value, dict):
        inner = schema.get("properties", {})
        wrong = any(key not in value for key in schema.get("required", []))
        return wrong or any(refuses(inner.get(key, {}), item) for key, item in value.items())
    return False


def respelled(text: str) -> str:
    """Other case, a space before it and each of BFCL's punctuation marks after it."""
    return " " + text.swapcase() + ",./-_*^"


@argument("another acceptable value")
def _(a: Argument) -> Spoilt | None:
    return Spoilt(plain(a.values[-1]), RIGHT, RIGHT) if len(a.values) > 1 else None


@argument("optional argument left out")
def _(a: Argument) -> Spoilt | None:
    return Spoilt(DROPPED, RIGHT, RIGHT) if a.optional else None


@argument("optional argument given empty")
def _(a: Argument) -> Spoilt | None:
    empty: dict[str, Value] = {"string": "", "array": []}
    if not a.optional or a.word not in empty or [] in a.values:
        return None
    return Spoilt(empty[a.word], RIGHT, VALUE)


@argument("string: case, spaces, punctuation")
def _(a: Argument) -> Spoilt | None:
    return Spoilt(respelled(a.first), RIGHT, VALUE) if a.only(str) else None


@argument("string: other quotes")
def _(a: Argument) -> Spoilt | None:
    turned = a.first.replace("'", '"') if a.only(str) else ""
    return Spoilt(turned, RIGHT, VALUE) if turned and turned not in a.values else None


@argument("int for float")
def _(a: Argument) -> Spoilt | None:
    if a.word != "number" or type(a.first) is not float or a.first != int(a.first):
        return None
    return Spoilt(int(a.first), RIGHT, RIGHT)


@argument("float for int where the schema says number")
def _(a: Argument) -> Spoilt | None:
    return Spoilt(float(a.first), RIGHT, RIGHT) if a.word == "number" and type(a.first) is int else None


@argument("required argument left out")
def _(a: Argument) -> Spoilt | None:
    missing = frozenset({"missing"})
    return None if a.optional else Spoilt(DROPPED, missing, missing, refused=a.required)


@argument("argument's name misspelt")
def _(a: Argument) -> Spoilt | None:
    both = frozenset({"missing", "unexpected"})
    return None if a.optional else Spoilt(DROPPED, both, both, {a.name + "_": a.first}, refused=a.required)


@argument("unexpected argument")
def _(a: Argument) -> Spoilt | None:
    only = frozenset({"unexpected"})
    return Spoilt(a.first, only, only, {"made_up_argument": 1}, refused=False)


@argument("string changed")
def _(a: Argument) -> Spoilt | None:
    return Spoilt(a.first + " zzz", VALUE, VALUE) if a.only(str) else None


@argument("number changed")
def _(a: Argument) -> Spoilt | None:
    if a.word not in NUMBERS or not a.only(int, float):
        return None
    return Spoilt(a.first + max(a.values) - min(a.values) + 1, VALUE, VALUE)


@argument("boolean flipped")
def _(a: Argument) -> Spoilt | None:
    flips = a.word == "boolean" and a.only(bool) and len(set(a.values)) == 1
    return Spoilt(not a.first, VALUE, VALUE) if flips else None


@argument("float for int")
def _(a: Argument) -> Spoilt | None:
    return Spoilt(float(a.first), TYPE, TYPE) if a.word == "integer" and a.only(int) else None


@argument("number as a string")
def _(a: Argument) -> Spoilt | None:
    return Spoilt(str(a.first), TYPE, TYPE) if a.word in NUMBERS and a.only(int, float) else None


@argument("string as a number")
def _(a: Argument) -> Spoilt | None:
    digits = a.word == "string" and a.only(str) and a.first.isascii() and a.first.isdigit()
    return Spoilt(int(a.first), TYPE, TYPE) if digits else None


@argument("bool for int")
def _(a: Argument) -> Spoilt | None:
    return Spoilt(a.first != 0, TYPE, TYPE) if a.word == "integer" and a.only(int) else None


@argument("int for bool")
def _(a: Argument) -> Spoilt | None:
    return Spoilt(int(a.first), TYPE, TYPE) if a.word == "boolean" and a.only(bool) else None


@argument("bool as a string")
def _(a: Argument) -> Spoilt | None:
    return Spoilt(str(a.first).lower(), TYPE, TYPE) if a.word == "boolean" and a.only(bool) else None


@argument("null for a value")
def _(a: Argument) -> Spoilt | None:
    return Spoilt(None, TYPE, TYPE) if None not in a.values else None


@argument("value in a list of one")
def _(a: Argument) -> Spoilt | None:
    return Spoilt([a.first], TYPE, TYPE) if a.only(str, int, float, bool) else None
