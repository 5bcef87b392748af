"""BFCL's possible answers as what is acceptable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ragtune.tools._calls import Accept


def accept_of_bfcl(acceptable: Mapping[str, Sequence[Any]]) -> dict[str, Accept]:
    """Each argument's list of acceptable values, of which `""` means that it may be left out.

    An object in the list is a shape, whose values are lists of acceptable values again; a list of objects is a list of
    shapes. Deeper down BFCL's checker knows no shapes and compares as it stands; there an object is taken both ways,
    as a value and, where it could be one, as a shape. An object that cannot be a shape is a value.

    Source: dict_checker and list_dict_checker of bfcl_eval/eval_checker/ast_eval/ast_checker.py of
    github.com/ShishirPatil/gorilla.
    """
    return {name: _accept(values, nested=False) for name, values in acceptable.items()}


def _accept(values: Sequence[Any], *, nested: bool) -> Accept:
    any_of: list[Any] = []
    objects: list[dict[str, Accept]] = []
    lists: list[tuple[dict[str, Accept], ...]] = []
    for value in values:
        if value == "":
            continue
        shaped = _is_shape(value)
        listed = isinstance(value, list) and bool(value) and all(_is_shape(item) for item in value)
        if shaped:
            objects.append(_shape(value))
        elif listed:
            lists.append(tuple(_shape(item) for item in value))
        if nested or not (shaped or listed):
            any_of.append(value)
    return Accept(any_of=tuple(any_of), objects=tuple(objects), lists=tuple(lists), optional="" in values)


def _shape(value: Mapping[str, Sequence[Any]]) -> dict[str, Accept]:
    return {key: _accept(inner, nested=True) for key, inner in value.items()}


def _is_shape(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(inner, list) and inner for inner in value.values())
