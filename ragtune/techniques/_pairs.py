"""Pairs of designs that differ in one thing, and what their scores say of it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any

import numpy as np

from ragtune import spelling
from ragtune.types import Floats

DEFAULT = "default"
"""Stands for the value of a knob that a configuration does not name."""
MOST_VALUES = 8
"""Of a knob with more values only neighbours are compared."""


@dataclass
class Sum:
    """Of pairs: (n_queries,) the sum of their differences, how many, and in how many the mean rose or fell."""

    total: Floats | float = 0.0
    pairs: int = 0
    rose: int = 0
    fell: int = 0


def matched_pairs(designs: Sequence[Mapping[str, Any]], scores: Floats) -> dict[tuple[str, str, str], Sum]:
    """(where, before, after) -> what (n_designs, n_queries) scores say of all pairs that differ in that alone."""
    sums: dict[tuple[str, str, str], Sum] = defaultdict(Sum)
    for slot in dict.fromkeys(slot for slots in designs for slot in slots):
        _whole(slot, designs, scores, sums)
        _knobs(slot, designs, scores, sums)
    return sums


def _whole(
    slot: str, designs: Sequence[Mapping[str, Any]], scores: Floats, sums: dict[tuple[str, str, str], Sum]
) -> None:
    """One component instead of another, whatever their knobs.

    A retriever that needs no embedder stands beside `embedder: none`; changing it for one that does brings the embedder
    with it, which is then named.
    """
    beside = ("embedder",) if slot == "retriever" else ()
    groups: dict[str, dict[tuple[str, str], list[int]]] = defaultdict(lambda: defaultdict(list))
    for i, slots in enumerate(designs):
        if slot in slots:
            rest = as_text({name: spec for name, spec in slots.items() if name != slot and name not in beside})
            with_ = next((spelling.write(slots[name]) for name in beside if name in slots), "none")
            groups[rest][_parts(slots[slot])[0], with_].append(i)
    for group in groups.values():
        for (a, rows_a), (b, rows_b) in combinations(sorted(group.items()), 2):
            if a[0] == b[0] or (a[1] != b[1] and "none" not in (a[1], b[1])):
                continue
            names = [w if a[1] == b[1] or e == "none" else f"{w} with {e}" for w, e in (a, b)]
            _add(sums[slot, names[0], names[1]], scores[rows_a], scores[rows_b])


def _knobs(
    slot: str, designs: Sequence[Mapping[str, Any]], scores: Floats, sums: dict[tuple[str, str, str], Sum]
) -> None:
    """One value of a knob instead of another, everything else the same."""
    named: dict[str, set[str]] = defaultdict(set)
    parts = [_parts(slots.get(slot, "none")) for slots in designs]
    for word, knobs in parts:
        named[word].update(knobs)
    groups: dict[tuple[str, str, str], list[tuple[Any, int]]] = defaultdict(list)
    for i, (slots, (word, knobs)) in enumerate(zip(designs, parts, strict=True)):
        outside = {name: spec for name, spec in slots.items() if name != slot}
        for knob in named[word]:
            rest = {name: value for name, value in knobs.items() if name != knob}
            groups[word, knob, as_text([outside, rest])].append((knobs.get(knob, DEFAULT), i))
    for (word, knob, _), members in groups.items():
        for (a, i), (b, j) in _pairs(members):
            names = [DEFAULT if value is DEFAULT else spelling.write(value) for value in (a, b)]
            if names[0] != names[1]:
                _add(sums[f"{slot} {word}.{knob}", names[0], names[1]], scores[[i]], scores[[j]])


def _pairs(members: list[tuple[Any, int]]) -> Iterator[tuple[tuple[Any, int], tuple[Any, int]]]:
    ordered = sorted(members, key=lambda member: _rank(member[0]))
    if len(ordered) > MOST_VALUES:
        yield from pairwise(ordered)
    else:
        yield from combinations(ordered, 2)


def _rank(value: Any) -> tuple[int, float, str]:
    """The default first, then numbers by size, then anything by its text."""
    if value is DEFAULT:
        return (0, 0.0, "")
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return (1, float(value), "") if number else (2, 0.0, as_text(value))


def _add(to: Sum, before: Floats, after: Floats) -> None:
    """Every row of one with every row of the other: (n, n_queries) each."""
    to.total = to.total + len(before) * after.sum(axis=0) - len(after) * before.sum(axis=0)
    to.pairs += len(before) * len(after)
    differences = np.subtract.outer(after.mean(axis=1), before.mean(axis=1))
    to.rose += int((differences > 1e-12).sum())
    to.fell += int((differences < -1e-12).sum())


def _parts(spec: Any) -> tuple[str, Mapping[str, Any]]:
    """The word of a component, and its knobs."""
    if isinstance(spec, Mapping):
        ((word, knobs),) = spec.items()
        return str(word), knobs or {}
    return str(spec), {}


def as_text(value: Any) -> str:
    """The same for equal values."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
