"""Effects as weights: each level's effect is a weighted sum of the configurations' scores, so any query's can be had.

Paired: configurations that are equal in every other knob form a block. Within blocks, levels are compared all else equal:
the effect of a level is what least squares gives for scores = block + level, which for complete blocks is the mean
difference to the block's mean. Effects of a knob sum to 0 over its levels.

Where few configurations are equal in all else, as after a random search, an additive model of all knobs takes the
blocks' place: scores = constant + a level of every knob.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ragtune.effects._factors import EMPTIED, Factors, Row, is_below, slot_of
from ragtune.effects._levels import Levels
from ragtune.types import Floats, Ints

LEAST_SHARE = 0.1
"""A level in fewer blocks than this share of what the commonest is in, such as the baseline's, is left out."""
LEAST_COMPARED = 0.5
"""Blocks that hold a smaller share of the configurations than this, as chance makes them, are not worth comparing."""


class Design:
    """The configurations as rows to compare: one that needs no embedder stands at every embedder.

    It does the same work at each, which is why it was run once. `source` is (n_rows,), each row's configuration;
    `filled` says whether its embedder was filled in.
    """

    def __init__(self, factors: Factors) -> None:
        self.factors = factors
        self.n_configurations = len(factors.rows)
        self.varying = factors.varying
        rows, source, filled = [], [], []
        embedders = _embedders(factors.rows)
        for i, row in enumerate(factors.rows):
            empty = row.get("embedder") == EMPTIED and bool(embedders)
            for whole in [row | embedder for embedder in embedders] if empty else [row]:
                rows.append(whole)
                source.append(i)
                filled.append(empty)
        self.rows: tuple[Row, ...] = tuple(rows)
        self.source = np.array(source, dtype=np.int64)
        self.filled = tuple(filled)

    def levels(self, knob: str) -> Levels:
        """The levels of a knob; rows that have it only because their slot was filled in have none."""
        filled = self.filled if slot_of(knob) == "embedder" else (False,) * len(self.rows)
        return Levels.among([None if f else _given(row, knob) for f, row in zip(filled, self.rows, strict=True)])

    def levels_as_run(self, knob: str) -> Levels:
        """(n_configurations,) the levels of a knob, without any slot filled in."""
        return Levels.among([_given(row, knob) for row in self.factors.rows])

    def blocks(self, knob: str) -> Ints:
        """(n_rows,) equal for rows that are equal in all knobs but one and those that follow it."""
        left_out = {knob, *self._following(knob)}
        kept = [k for k in self.varying if k not in left_out]
        keys = [tuple((type(v := row.get(knob)).__name__, v) for knob in kept) for row in self.rows]
        numbers: dict[Any, int] = {}
        return np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.int64)

    def _following(self, knob: str) -> tuple[str, ...]:
        """The knobs that are there, or not, by the value of another one: they cannot be held equal when it changes."""
        having = [row for row in self.rows if knob in row]
        found = []
        for other in self.varying:
            if is_below(other, knob):
                found.append(other)
            elif slot_of(other) == slot_of(knob) and other != knob:
                with_it = {row[knob] for row in having if other in row}
                without = {row[knob] for row in having if other not in row}
                if with_it - without and without - with_it:
                    found.append(other)
        return tuple(found)


def _given(row: Row, knob: str) -> Any:
    """The value of a knob; none for an embedder that nothing asks for, which is no choice of its own."""
    value = row.get(knob)
    return None if knob == "embedder" and value == EMPTIED else value


def _embedders(rows: Sequence[Row]) -> list[Row]:
    """What stands in the slot `embedder`, knobs and all, each once, leaving out nothing at all."""
    held = (
        tuple((knob, value) for knob, value in row.items() if slot_of(knob) == "embedder")
        for row in rows
        if row.get("embedder", EMPTIED) != EMPTIED
    )
    return [dict(knobs) for knobs in dict.fromkeys(held)]


def paired(design: Design, knob: str, levels: Levels) -> tuple[Floats, int] | None:
    """((n_levels, n_configurations) weights, number of blocks), or None where blocks with two levels are too few."""
    block, some = design.blocks(knob), levels.of >= 0
    n_levels = len(levels.names)
    cells = np.unique(block[some] * n_levels + levels.of[some])
    owner, level = np.divmod(cells, n_levels)
    rare = np.bincount(level, minlength=n_levels) < LEAST_SHARE * np.bincount(level).max(initial=0)
    cells, owner, level = cells[~rare[level]], owner[~rare[level]], level[~rare[level]]
    per_block = np.bincount(owner, minlength=int(block.max()) + 1)
    kept = per_block[owner] > 1
    compared = some & np.isin(block * n_levels + levels.of, cells[kept])
    if not compared.any() or compared.sum() < LEAST_COMPARED * some.sum():
        return None
    cells, owner, level = cells[kept], owner[kept], level[kept]
    present = np.zeros((int(owner.max()) + 1, n_levels))
    present[owner, level] = 1
    size = present.sum(axis=1, keepdims=True)
    laplacian = np.diag(present.sum(axis=0)) - (present / np.maximum(size, 1)).T @ present
    # Each cell against the mean of its block, solved for the levels.
    contrast = np.zeros((n_levels, len(cells)))
    contrast[level, np.arange(len(cells))] = 1
    contrast -= (present / np.maximum(size, 1))[owner].T
    solved = np.linalg.pinv(laplacian, hermitian=True) @ contrast
    return solved @ _cell_means(design, block * n_levels + levels.of, some, cells), len(np.unique(owner))


def _cell_means(design: Design, cell: Ints, some: Any, cells: Ints) -> Floats:
    """(n_cells, n_configurations): the mean of a cell's rows."""
    means = np.zeros((len(cells), design.n_configurations))
    at = np.searchsorted(cells, cell)
    held = some & (np.append(cells, -1)[at] == cell)
    np.add.at(means, (at[held], design.source[held]), 1.0)
    averaged: Floats = means / means.sum(axis=1, keepdims=True)
    return averaged


def modelled(design: Design) -> dict[str, Floats]:
    """Knob -> (n_levels, n_configurations) weights, from one additive model of all knobs that vary.

    A knob that a configuration lacks adds nothing to it. Of equally good solutions the smallest is taken. Rare levels
    are in the model, and their weights are 0: one configuration tells little.
    """
    values = {knob: design.levels_as_run(knob) for knob in design.varying}
    columns, spans, at = [np.ones((design.n_configurations, 1))], {}, 1
    for knob, levels in values.items():
        coded = (levels.of[:, None] == np.arange(len(levels.names))).astype(np.float64)
        columns.append(coded)
        spans[knob] = slice(at, at + coded.shape[1])
        at += coded.shape[1]
    inverse = np.linalg.pinv(np.concatenate(columns, axis=1))
    weights = {}
    for knob, span in spans.items():
        counts = np.bincount(values[knob].of[values[knob].of >= 0], minlength=span.stop - span.start)
        common = (counts >= LEAST_SHARE * counts.max(initial=0))[:, None]
        weights[knob] = (inverse[span] - inverse[span].mean(axis=0, where=common)) * common
    return weights
