"""Evidence that queries in production are answered worse than those that a design was tuned on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ragtune.production._power import MOST, first, quantile
from ragtune.types import Floats

FEWEST = 50
"""Fewer tuning queries do not tell their spread; after fewer in production nothing is said."""
SOUGHT = 0.05
"""The drop that the test is sharpest for; larger and smaller ones are found as well."""
SLOPES = (0.0, 0.2, 0.3, 0.4, 0.5)


@dataclass(frozen=True)
class Before:
    """What scores are held against: the mean and standard deviation of n tuning queries, or a promise, which no n blurs."""

    mean: float
    spread: float = 0.0
    n: float = math.inf

    @classmethod
    def of(cls, values: Floats) -> Before | None:
        """Of tuning queries; None with too few of them."""
        if len(values) < FEWEST:
            return None
        return cls(float(values.mean()), max(float(values.std(ddof=1)), 1e-3), len(values))


@dataclass(frozen=True)
class Drop:
    """What is known after n scored queries of how far their mean lies below the one before.

    `drop` is the difference of the means, positive where production is worse. It is at least `low`, and at most `high`, each
    with the level that was asked for and however often one looked. `reached` is the number of queries after which a drop was
    first sure, None if never. `least` is the smallest drop that any number of queries could show, given how few there were
    before.
    """

    n: int
    mean: float
    before: float
    drop: float
    low: float
    high: float
    reached: int | None
    least: float


def judge_drop(values: Floats, before: Before, *, level: float = 0.95) -> Drop | None:
    """Judge (n,) scores, in the order in which they came, against those before; None with too few scores.

    The difference of the two means, divided by its variance, is about a Brownian motion in the time 1 / variance. With n
    tuning queries that time ends, as the variance never falls below theirs: the uncertainty of the tuning mean is part of
    the test. A drop is sure when the motion crosses a straight line, which it ever does by chance with probability 1 - level
    (the exact probability for a line: Siegmund 1985, Sequential Analysis, eq. 3.15). The spread is that of the tuning queries
    or of production, whichever is larger. What is assumed is that sums of `FEWEST` scores are about normal.
    """
    if len(values) < FEWEST:
        return None
    n = np.arange(1, len(values) + 1)
    means = np.cumsum(values) / n
    spread = np.maximum(_running_spread(values), max(before.spread, 1e-3))
    variance = spread**2 * (1 / n + 1 / before.n)
    start, slope = line(before.spread or float(spread[-1]), before.n, level)
    drops = before.mean - means
    sure = (drops >= start * variance + slope) & (n >= FEWEST)
    drop, reach = float(drops[-1]), float(start * variance[-1] + slope)
    return Drop(
        n=len(values),
        mean=float(means[-1]),
        before=before.mean,
        drop=drop,
        low=drop - reach,
        high=drop + reach,
        reached=int(np.argmax(sure)) + 1 if sure.any() else None,
        least=start * float(spread[-1]) ** 2 / before.n + slope,
    )


def queries_to_find(drop: float, spread: float, tuned: float, *, power: float = 0.9, level: float = 0.95) -> int | None:
    """After how many scored queries `judge_drop` has found such a drop with that power; None where it never will.

    `spread` is the standard deviation of the scores, `tuned` the number of tuning queries; with `math.inf`, they are held
    against a promise. By the probability to be sure after n queries, which is less than that to have been sure by then, so
    it is a little more than are needed.
    """
    found = _queries(drop, spread, tuned, power, *line(spread, tuned, level))
    return None if found is None else max(FEWEST, found)


def _queries(drop: float, spread: float, tuned: float, power: float, start: float, slope: float) -> int | None:
    z = quantile(power)

    def enough(n: float) -> bool:
        variance = spread**2 * (1 / n + 1 / tuned)
        return drop - slope >= start * variance + z * math.sqrt(variance)

    return first(enough) if enough(MOST) else None


@lru_cache(maxsize=64)
def line(spread: float, tuned: float, level: float) -> tuple[float, float]:
    """Where the line begins and how it rises, so that `SOUGHT` is found soonest; where it cannot be found, at the end."""
    lines = [
        (_start(share * SOUGHT, tuned / spread**2, 1 - level), share * SOUGHT)
        for share in SLOPES
        if share or tuned < math.inf
    ]
    needed = [_queries(SOUGHT, spread, tuned, 0.9, *each) for each in lines]
    return min(zip(needed, lines, strict=True), key=lambda pair: math.inf if pair[0] is None else pair[0])[1]


def _start(slope: float, end: float, alpha: float) -> float:
    """The start of a line of that slope that a Brownian motion crosses before `end` with probability alpha."""
    from scipy.special import log_ndtr, ndtr

    if end == math.inf:
        return math.log(1 / alpha) / (2 * slope)
    root = math.sqrt(end)

    def crosses(start: float) -> float:
        beyond = math.exp(-2 * start * slope + float(log_ndtr((slope * end - start) / root)))
        return float(ndtr(-(start + slope * end) / root)) + beyond

    low, high = 0.0, root
    while crosses(high) > alpha:
        high *= 2
    while high - low > 1e-9 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if crosses(middle) > alpha else (low, middle)
    return high


def _running_spread(values: Floats) -> Floats:
    """(n,) standard deviation of the values up to each."""
    n = np.arange(1, len(values) + 1)
    centred = values - values.mean()  # or small differences of large squares are lost
    squares = np.cumsum(centred**2) - np.cumsum(centred) ** 2 / n
    spread: Floats = np.sqrt(np.maximum(squares, 0) / np.maximum(n - 1, 1))
    return spread
