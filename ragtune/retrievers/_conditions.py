"""Conditions on the metadata of documents: how they are written, and which documents meet them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ragtune.errors import InputError, suggest

Scalar = str | int | float | bool
OPERATORS = ("eq", "ne", "in", "gt", "gte", "lt", "lte", "exists")
_ORDERED: Mapping[str, Callable[[Any, Any], bool]] = {
    "gt": lambda a, b: bool(a > b),
    "gte": lambda a, b: bool(a >= b),
    "lt": lambda a, b: bool(a < b),
    "lte": lambda a, b: bool(a <= b),
}


@dataclass(frozen=True)
class Condition:
    """One field compared with one value."""

    field: str
    operator: str
    value: Any

    def holds(self, metadata: Mapping[str, Any]) -> bool:
        """Whether a document meets it; a field that holds a list meets what any of its items meets, and `ne` if none does."""
        present = self.field in metadata and metadata[self.field] is not None
        if self.operator == "exists":
            return present is self.value
        values = metadata[self.field] if present else []
        values = values if isinstance(values, list) else [values]
        if self.operator == "ne":
            return not any(same(value, self.value) for value in values)
        if self.operator == "in":
            return any(same(value, wanted) for value in values for wanted in self.value)
        if self.operator == "eq":
            return any(same(value, self.value) for value in values)
        compare = _ORDERED[self.operator]
        return any(comparable(value, self.value) and compare(value, self.value) for value in values)


def canonical(where: Any) -> str:
    """Conditions as one text of JSON: `{field: {operator: value}}`, fields and operators by alphabet."""
    if isinstance(where, str):
        try:
            where = json.loads(where or "{}")
        except ValueError as error:
            raise ValueError(f"is a mapping of metadata fields to values, not {where[:40]!r} ({error})") from None
    if not isinstance(where, Mapping):
        raise ValueError("is a mapping of metadata fields to values, to lists of values, or to {operator: value}")
    spelled = {str(field): _operators(str(field), value) for field, value in where.items()}
    return json.dumps(spelled, sort_keys=True, ensure_ascii=False)


def conditions(where: str) -> list[Condition]:
    """The conditions in a text that `canonical` wrote; a document must meet all of them."""
    return [
        Condition(field, operator, value)
        for field, operators in json.loads(where).items()
        for operator, value in operators.items()
    ]


def check(condition: Condition, metadata: Sequence[Mapping[str, Any]]) -> None:
    """Refuse a condition that means nothing on these documents: a field that none has, values that never compare."""
    values = [held[condition.field] for held in metadata if held.get(condition.field) is not None]
    if not values:
        known = sorted({field for held in metadata for field in held})
        raise InputError(f"no document has the metadata field '{condition.field}'{suggest(condition.field, known)}")
    flat = [item for value in values for item in (value if isinstance(value, list) else [value])]
    if condition.operator in _ORDERED and not any(comparable(value, condition.value) for value in flat):
        example = json.dumps(flat[0] if flat else None, ensure_ascii=False)
        raise InputError(
            f"the metadata field '{condition.field}' holds no value that compares with "
            f"{json.dumps(condition.value, ensure_ascii=False)} by {condition.operator}; the first one is {example}"
        )


def same(value: Any, wanted: Any) -> bool:
    """Equal, and not merely by Python's rule that true is 1."""
    return isinstance(value, bool) == isinstance(wanted, bool) and bool(value == wanted)


def comparable(value: Any, wanted: Any) -> bool:
    """Whether one can be less than the other: two numbers, or two texts (dates written year first are in order)."""
    numbers = all(isinstance(x, int | float) and not isinstance(x, bool) for x in (value, wanted))
    return numbers or (isinstance(value, str) and isinstance(wanted, str))


def _operators(field: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        value = {"in" if isinstance(value, list | tuple) else "eq": value}
    if not value:
        raise ValueError(f"{field} has no condition")
    for operator, wanted in value.items():
        if operator not in OPERATORS:
            raise ValueError(f"{field}: there is no operator '{operator}'{suggest(str(operator), OPERATORS)}")
        if operator == "exists" and not isinstance(wanted, bool):
            raise ValueError(f"{field}: exists is true or false")
        if operator == "in" and not (isinstance(wanted, list | tuple) and wanted):
            raise ValueError(f"{field}: in takes a list of values")
        if not all(isinstance(one, Scalar) for one in (wanted if operator == "in" else [wanted])):
            raise ValueError(
                f"{field}: {operator} takes {'texts, numbers or truth values' if operator == 'in' else 'one value'}"
            )
    return {operator: list(wanted) if isinstance(wanted, tuple) else wanted for operator, wanted in value.items()}
