"""Configurations taken apart into knobs: what each slot holds, and every knob of what it holds, under a name of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from ragtune import spelling
from ragtune.component import Component, parse
from ragtune.errors import RagtuneError

Row = dict[str, Any]
"""Knob -> value: a word, a number, a truth value, or the spelling of anything else."""
EMPTIED = "none"
"""What stands in a slot that nothing in the configuration rests on."""
ALONE, AMONG = "applied", "left out"
"""Values of a component in a slot that holds several in a row."""


@dataclass(frozen=True)
class Factors:
    """All configurations, a row each, and where each knob was found, to try other values on.

    Knobs are named by their path: `chunker` is the word in the slot, `chunker.sentence.size_tokens` a knob of the
    component of that word, `retriever.hybrid.retrievers.0` the word of a component inside. In a slot that holds several
    in a row, `edits.flatten` says whether that one is among them.
    """

    rows: tuple[Row, ...]
    owners: Mapping[str, tuple[Component, str]]
    slots: tuple[str, ...]

    @classmethod
    def of(cls, configurations: Sequence[Mapping[str, Any]]) -> Factors:
        """From slot -> spec of each configuration."""
        owners: dict[str, tuple[Component, str]] = {}
        known: dict[tuple[str, str], Row] = {}
        rows = []
        for configuration in configurations:
            row: Row = {}
            for slot, spec in configuration.items():
                key = (slot, json.dumps(spec, sort_keys=True))
                if key not in known:
                    known[key] = dict(_knobs(slot, slot, spec, owners))
                row.update(known[key])
            rows.append(row)
        several = dict.fromkeys(knob for row in rows for knob, value in row.items() if value == ALONE)
        rows = [{**dict.fromkeys(several, AMONG), **row} for row in rows]
        return cls(tuple(rows), owners, tuple(configurations[0]) if configurations else ())

    @property
    def varying(self) -> tuple[str, ...]:
        """The knobs that have two values or more, in the order of the slots, each slot's word before its knobs."""
        values: dict[str, set[Any]] = {}
        for row in self.rows:
            for knob, value in row.items():
                values.setdefault(knob, set()).add(_key(value))
        several = [knob for knob, found in values.items() if len(found) > 1]
        return tuple(sorted(several, key=lambda knob: (self.slots.index(slot_of(knob)), knob)))

    def allows(self, knob: str, value: float) -> bool:
        """Whether the component would take another value of a numeric knob."""
        if knob not in self.owners:
            return False
        component, name = self.owners[knob]
        given = {field: getattr(component, field) for field in type(component).model_fields}
        try:
            type(component).model_validate({**given, name: value})
        except (ValidationError, RagtuneError):
            return False
        return True


def slot_of(knob: str) -> str:
    """The slot that a knob is in."""
    return knob.partition(".")[0]


def is_below(knob: str, other: str) -> bool:
    """Whether a knob is of a component that another one names."""
    return knob.startswith(other + ".")


def _key(value: Any) -> tuple[str, Any]:
    return type(value).__name__, value


def _knobs(path: str, slot: str, spec: Any, owners: dict[str, tuple[Component, str]]) -> Iterator[tuple[str, Any]]:
    if slot == "embedder" and spec == EMPTIED:
        yield path, EMPTIED
        return
    if slot == "edits":
        yield from _in_a_row(path, spec, owners)
        return
    try:
        yield from _of_component(path, parse(slot, spec), owners)
    except (RagtuneError, ValidationError):  # a component of another version, or of a package that has gone
        yield path, spelling.write(spec)


def _in_a_row(path: str, spec: Any, owners: dict[str, tuple[Component, str]]) -> Iterator[tuple[str, Any]]:
    for part in spec if isinstance(spec, list) else []:
        try:
            component = parse(path.removesuffix("s"), part)
        except (RagtuneError, ValidationError):
            yield f"{path}.{spelling.write(part)}", ALONE
            continue
        yield f"{path}.{component.name}", ALONE
        yield from (found for found in _of_component(path, component, owners) if found[0] != path)


def _of_component(
    path: str, component: Component, owners: dict[str, tuple[Component, str]]
) -> Iterator[tuple[str, Any]]:
    yield path, component.name
    ignored = component.ignored()
    for name in type(component).model_fields:
        value, at = getattr(component, name), f"{path}.{component.name}.{name}"
        if name in ignored:
            continue
        if isinstance(value, Component):
            yield from _of_component(at, value, owners)
        elif isinstance(value, tuple) and any(isinstance(part, Component) for part in value):
            yield f"{at}.count", len(value)
            for i, part in enumerate(value):
                yield from _of_component(f"{at}.{i}", part, owners)
        elif isinstance(value, str | int | float) and not isinstance(value, bool):
            owners.setdefault(at, (component, name))
            yield at, value
        elif value is None:
            yield at, EMPTIED
        else:
            yield at, spelling.write(list(value) if isinstance(value, tuple) else str(value))
