"""Statistics that are no means, and their intervals: the same cases drawn again and again, by weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ragtune.stats import bootstrap
from ragtune.types import Floats, Ints

DRAWS = 2000
RESAMPLES = 4000
BLOCK = 4_000_000


@dataclass(frozen=True)
class Figure:
    """A number and its 95 % interval, None where it cannot be known; `n` is on how many cases it rests."""

    value: float | None
    low: float | None
    high: float | None
    n: int


UNKNOWN = Figure(None, None, None, 0)


def mean_of(values: Floats) -> Figure:
    """A mean between 0 and 1, with the interval that all means of ragtune have."""
    n = len(values)
    if not n:
        return UNKNOWN
    found = bootstrap(np.asarray(values, dtype=np.float64)[None], within=(0.0, 1.0), resamples=RESAMPLES)
    return Figure(float(found.mean[0]), _known(found.low[0]), _known(found.high[0]), n)


def auc(scores: Floats, positive: Floats | NDArray[np.bool_], *, seed: int = 0) -> Figure:
    """How often a positive case scores above a negative one, ties counting half: the area under the ROC curve.

    The interval is of the bootstrap (percentiles), positives and negatives drawn apart; None without both kinds.
    """
    yes = np.asarray(positive, dtype=bool)
    n = len(yes)
    if not yes.any() or yes.all():
        return Figure(None, None, None, n)
    order = np.argsort(scores, kind="stable")
    ranked, wins = np.asarray(scores)[order], yes[order]
    starts = np.flatnonzero(np.append(True, ranked[1:] != ranked[:-1]))

    def statistic(weights: Floats) -> Floats:
        up, down = weights * wins, weights * ~wins
        up, down = np.add.reduceat(up, starts, axis=1), np.add.reduceat(down, starts, axis=1)
        below = np.cumsum(down, axis=1) - down / 2
        area: Floats = (up * below).sum(axis=1) / (up.sum(axis=1) * down.sum(axis=1))
        return area

    return drawn(statistic, n, seed=seed, groups=wins.astype(np.int64))


def drawn(statistic: Callable[[Floats], Floats], n: int, *, seed: int = 0, groups: Ints | None = None) -> Figure:
    """A statistic of weighted cases and its percentile interval.

    Args:
        statistic: From (n_draws, n) weights to (n_draws,) values; nan where it is not defined.
        n: How many cases there are.
        seed: Of the draws.
        groups: (n,) cases are drawn within their group; all together unless given.
    """
    value = float(statistic(np.ones((1, n)))[0])
    if np.isnan(value):
        return Figure(None, None, None, n)
    rng = np.random.default_rng([seed, 2])
    of = np.zeros(n, dtype=np.int64) if groups is None else groups
    members = [np.flatnonzero(of == group) for group in np.unique(of)]
    values = []
    block = max(1, BLOCK // n)
    for start in range(0, DRAWS, block):
        count = min(block, DRAWS - start)
        weights = np.zeros((count, n))
        for places in members:
            counts = rng.multinomial(len(places), np.full(len(places), 1 / len(places)), size=count)
            weights[:, places] = counts
        values.append(statistic(weights))
    found = np.concatenate(values)
    low, high = np.nanpercentile(found, [2.5, 97.5])
    return Figure(value, float(low), float(high), n)


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
