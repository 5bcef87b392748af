"""What a set of rules decides: when two plain values are the same, and what counts as left out."""

from __future__ import annotations

from typing import Any, Protocol

Types = frozenset[str] | None
"""JSON types that a schema allows at a place; None where it does not say."""


class Rules(Protocol):
    """One way of comparing; everything else about matching is shared."""

    def same(self, wanted: Any, said: Any, types: Types) -> bool:
        """Whether a plain value (no list, no object) says what is wanted at a place of these types."""

    def left_out(self, said: Any, types: Types) -> bool:
        """Whether giving this value for an optional argument is as good as leaving it out."""


def json_type(value: Any) -> str:
    """The JSON type of a value, with `integer` apart from `number`; a bool is never a number."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "object" if isinstance(value, dict) else "array"


def fits(said: Any, types: frozenset[str]) -> bool:
    """Whether a value is of one of the types; an integer is a number too, 5.0 is no integer."""
    kind = json_type(said)
    return kind in types or (kind == "integer" and "number" in types)
