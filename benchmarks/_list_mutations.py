"""Mutations of arguments that are lists; entered beside those of whole arguments."""

from __future__ import annotations

from benchmarks._mutations import NUMBERS, RIGHT, TYPE, VALUE, Argument, Spoilt, Value, argument, respelled


def loose(value: Value) -> Value:
    """A value with its strings reduced to letters and digits, lower-cased: coarser than any rule of spelling."""
    if isinstance(value, str):
        return "".join(letter for letter in value if letter.isalnum()).lower()
    return [loose(item) for item in value] if isinstance(value, list) else value


@argument("string in a list: case, spaces, punctuation")
def _(a: Argument) -> Spoilt | None:
    if not a.only(list) or not a.first or not isinstance(a.first[0], str):
        return None
    return Spoilt([respelled(a.first[0]), *a.first[1:]], RIGHT, VALUE)


@argument("int for float in a list")
def _(a: Argument) -> Spoilt | None:
    if not a.only(list) or a.schema.get("items", {}).get("type") != "number":
        return None
    whole = [int(one) if isinstance(one, float) and one == int(one) else one for one in a.first]
    return Spoilt(whole, RIGHT, RIGHT) if any(type(one) is int for one in whole) else None


@argument("list reordered")
def _(a: Argument) -> Spoilt | None:
    if not a.only(list) or loose(a.first[::-1]) in loose(list(a.values)):
        return None
    return Spoilt(a.first[::-1], VALUE, VALUE) if not isinstance(a.first[0], dict) else None


@argument("list without its last item")
def _(a: Argument) -> Spoilt | None:
    if not a.only(list) or not a.first or loose(a.first[:-1]) in loose(list(a.values)) or len(a.first) == 1:
        return None
    return Spoilt(a.first[:-1], VALUE, VALUE)


@argument("list item twice")
def _(a: Argument) -> Spoilt | None:
    longer = [*a.first, a.first[-1]] if a.only(list) and a.first else None
    return Spoilt(longer, VALUE, VALUE) if longer and loose(longer) not in loose(list(a.values)) else None


@argument("list item of another type")
def _(a: Argument) -> Spoilt | None:
    if not a.only(list) or not a.first or a.schema.get("items", {}).get("type") not in ("string", *NUMBERS):
        return None
    other = 7 if isinstance(a.first[0], str) else str(a.first[0])
    return Spoilt([other, *a.first[1:]], TYPE, TYPE)


@argument("list item bare")
def _(a: Argument) -> Spoilt | None:
    bare = a.word == "array" and a.only(list) and a.first and type(a.first[0]) in (str, int, float)
    return Spoilt(a.first[0], TYPE, TYPE) if bare else None
