"""The choice: targets, then everything tied with the best, then costs in the user's order."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ragtune.objectives import Target
from ragtune.stats import tie_set
from ragtune.types import Floats, Ints
from ragtune.verdict._measured import Mask, Measured

LIKE = 0.05
"""Costs within 5 % of the least count as equal: a latency of 10.1 ms is no reason against one of 10.0."""
NEAREST = 5


@dataclass(frozen=True)
class Rules:
    """How a design is chosen.

    `give_up`: how far the mean of a cheaper design may lie below the best one's; None for one standard error of their paired
    difference (Breiman et al. 1984, Classification and Regression Trees, 3.4.3), infinity for as far as the tie set goes.
    What cannot be told from the best may still be far below it: with few queries the tie set is wide.
    `noise` is the metric's smallest difference that counts.
    """

    metric: str
    targets: tuple[Target, ...] = ()
    prefer: tuple[str, ...] = ()
    noise: float = 0.0
    give_up: float | None = None
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Choice:
    """The pick, and how it came about.

    `feasible` and `tied` are over all configurations; `near` counts those of the tied that lie near enough to the best to be
    picked; `nearest` are the nearest to the targets, where none meets them; `decided_by` names costs.
    """

    pick: int
    best: int
    feasible: Mask
    tied: Mask
    near: int
    nearest: Ints
    decided_by: tuple[str, ...]


def choose(measured: Measured, queries: Mask, rules: Rules) -> Choice:
    """By some of the queries alone."""
    scores = measured.of(rules.metric)[:, queries]
    feasible = measured.complete.copy()
    for target in rules.targets:
        feasible &= shortfall(measured.level(target.measure, queries), target) <= 0
    pool: Ints = np.flatnonzero(feasible)
    nearest: Ints = pool[:0]
    if not len(pool):
        nearest = _nearest(measured, queries, rules.targets)
        pool = nearest[:1]
    tied = np.zeros(len(scores), dtype=bool)
    tied[pool[_tied(scores[pool], rules)]] = True
    best = int(pool[np.argmax(scores[pool].mean(axis=1))])
    near = np.flatnonzero(tied & _near(scores, best, rules))
    pick, decided_by = _cheapest(measured, queries, scores, near, rules.prefer)
    return Choice(pick, best, feasible, tied, len(near), nearest, decided_by)


def _near(scores: Floats, best: int, rules: Rules) -> Mask:
    loss = scores[best] - scores
    allowed: Floats | float
    if rules.give_up is None:
        allowed = np.maximum(loss.std(axis=1) / math.sqrt(max(1, loss.shape[1] - 1)), rules.noise)
    else:
        allowed = rules.give_up
    return np.asarray(loss.mean(axis=1) <= allowed + 1e-12)


def shortfall(values: Floats, target: Target) -> Floats:
    """How far values are from meeting a target, in its unit: above 0 where missed, nan where unknown."""
    missing: Floats = (target.bound - values) if target.at_least else (values - target.bound)
    return missing


def relative(missing: Floats | float, target: Target) -> Floats:
    """A shortfall as a share of the bound."""
    return np.asarray(missing) / (abs(target.bound) or 1.0)


def _tied(scores: Floats, rules: Rules) -> Mask:
    """The tie set; configurations that score the same on every query are looked at once."""
    rows: dict[bytes, int] = {}
    which = np.array([rows.setdefault(row.tobytes(), len(rows)) for row in np.ascontiguousarray(scores)])
    distinct = scores[np.unique(which, return_index=True)[1]]
    found: Mask = tie_set(distinct, slack=rules.noise, seed=rules.seed)[which]
    return found


def _nearest(measured: Measured, queries: Mask, targets: Sequence[Target]) -> Ints:
    """Complete configurations by the sum of their relative shortfalls; what is unknown comes last."""
    complete = np.flatnonzero(measured.complete)
    total = np.zeros(len(complete))
    for target in targets:
        missing = shortfall(measured.level(target.measure, queries)[complete], target)
        total += np.maximum(relative(missing, target), 0)
    total[np.isnan(total)] = np.inf
    return complete[np.argsort(total, kind="stable")][:NEAREST]


def _cheapest(
    measured: Measured, queries: Mask, scores: Floats, candidates: Ints, prefer: Sequence[str]
) -> tuple[int, tuple[str, ...]]:
    """The cheapest candidate by each cost in turn, then the best mean, then the first id; and the costs that decided."""
    decided_by = []
    for name in prefer:
        cost = -measured.sign(name) * measured.level(name, queries)[candidates]
        if np.isnan(cost).all():
            continue
        least = np.nanmin(cost)
        cheap = candidates[np.flatnonzero(cost <= least + LIKE * abs(least))]
        if len(cheap) < len(candidates):
            decided_by.append(name)
        candidates = cheap
    means = scores[candidates].mean(axis=1)
    order = sorted(zip((-means).round(12).tolist(), [measured.ids[i] for i in candidates], candidates, strict=True))
    return int(order[0][2]), tuple(decided_by)
