"""Interactions: what two slots do together beyond what each does by itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from ragtune import spelling
from ragtune.effects._estimates import Resampler
from ragtune.effects._factors import EMPTIED
from ragtune.types import Floats, Ints

MOST = 10


@dataclass(frozen=True)
class Interaction:
    """Two slots whose values do not simply add up, told by the pair of values that departs most.

    `extra` is what the pair scores beyond the sum of what its two values do alone, with an interval that holds for all
    pairs of values of the two slots at once. `turns` says whether the best value of either slot is another one beside
    some value of the other.
    """

    slots: tuple[str, str]
    values: tuple[str, str]
    extra: float
    low: float
    high: float
    turns: bool


def interactions(
    configurations: Sequence[Mapping[str, Any]], scores: Floats, seed: int = 0, *, noise: float = 0.0
) -> list[Interaction]:
    """The pairs of slots whose interaction is more than chance (its interval beyond `noise`), the largest first.

    Looked at are all values of two slots that were run in all combinations with the same others. A slot that a
    configuration leaves empty counts as any value.
    """
    slots = [
        s for s in (configurations[0] if configurations else {}) if len({_spell(c[s]) for c in configurations}) > 1
    ]
    resampler = Resampler(scores.shape[1], seed)
    found = []
    for first, second in combinations(slots, 2):
        cells = _cells(configurations, first, second)
        told = _interaction((first, second), *cells, scores, resampler) if cells else None
        if told and (told.low > noise or told.high < -noise):
            found.append(told)
    return sorted(found, key=lambda told: (-abs(told.extra), told.slots))[:MOST]


def _spell(spec: Any) -> str:
    return json.dumps(spec, sort_keys=True)


def _cells(
    configurations: Sequence[Mapping[str, Any]], first: str, second: str
) -> tuple[list[str], list[str], Ints] | None:
    """Values of both slots, and (n_rests, n_first, n_second) the configuration in each cell of the full tables."""
    place: tuple[dict[Any, int], ...] = ({}, {}, {})
    cells = []
    for i, row in _rows(configurations, (first, second)):
        rest = tuple(value for slot, value in row.items() if slot not in (first, second))
        keys = (row[first], row[second], rest)
        cells.append([*(known.setdefault(key, len(known)) for known, key in zip(place, keys, strict=True)), i])
    table = np.full((len(place[2]), len(place[0]), len(place[1])), -1)
    for a, b, rest_at, i in cells:
        table[rest_at, a, b] = i
    there = table >= 0
    # A value that was run with less than the others, as the baseline's may be, would leave no table full.
    counts = [there.sum(axis=axes) for axes in ((0, 2), (0, 1))]
    kept = [np.flatnonzero(count >= count.max(initial=0) / 2) for count in counts]
    table = table[:, kept[0]][:, :, kept[1]]
    table = table[(table >= 0).all(axis=(1, 2))]
    if min(table.shape[1:]) < 2 or not len(table):
        return None
    names = [[list(known)[i] for i in some.tolist()] for known, some in zip(place, kept, strict=False)]
    return names[0], names[1], table


def _rows(configurations: Sequence[Mapping[str, Any]], pair: tuple[str, str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Each configuration, slot -> spec as text; one with an empty embedder once for each embedder there is."""
    embedders = sorted({_spell(c["embedder"]) for c in configurations if c.get("embedder", EMPTIED) != EMPTIED})
    for i, configuration in enumerate(configurations):
        row = {slot: _spell(spec) for slot, spec in configuration.items()}
        if configuration.get("embedder") != EMPTIED or not embedders:
            yield i, row
        elif "embedder" not in pair:
            yield from ((i, {**row, "embedder": embedder}) for embedder in embedders)


def _interaction(
    slots: tuple[str, str], firsts: list[str], seconds: list[str], table: Ints, scores: Floats, resampler: Resampler
) -> Interaction:
    n = len(firsts) * len(seconds)
    cells = scores[table].mean(axis=0)  # (n_first, n_second, n_queries)
    extra = cells - cells.mean(axis=0, keepdims=True) - cells.mean(axis=1, keepdims=True) + cells.mean(axis=(0, 1))
    mean = extra.mean(axis=2)
    a, b = np.unravel_index(int(np.argmax(np.abs(mean))), mean.shape)
    low, high = resampler.interval(extra[a, b], n)
    average = cells.mean(axis=2)
    turns = len(set(average.argmax(axis=0).tolist())) > 1 or len(set(average.argmax(axis=1).tolist())) > 1
    values = (_told(firsts[int(a)]), _told(seconds[int(b)]))
    return Interaction(slots, values, float(mean[a, b]), low, high, turns)


def _told(spec: str) -> str:
    return spelling.write(json.loads(spec))
