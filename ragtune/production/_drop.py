"""Evidence that queries in production are answered worse than those that a design was tuned on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ragtune.production._betting import bounds, first_above, queries_to_tell
from ragtune.production._power import MOST, first, quantile
from ragtune.types import Floats

FEWEST = 50
"""Fewer tuning queries do not tell their spread; after fewer in production nothing is said."""
SOUGHT = 0.05
"""The drop that the test is sharpest for; larger and smaller ones are found as well."""
SLOPES = (0.0, 0.2, 0.3, 0.4, 0.5)


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


def judge_drop(values: Floats, tuned: Floats, *, level: float = 0.95) -> Drop | None:
    """Judge (n,) scores, in the order in which they came, against those of tuning queries; None with too few of either.

    The difference of the two means, divided by its variance, is about a Brownian motion in the time 1 / variance. With n
    tuning queries that time ends, as the variance never falls below theirs: the uncertainty of the tuning mean is part of
    the test. A drop is sure when the motion crosses a straight line, which it ever does by chance with probability 1 - level
    (the exact probability for a line: Siegmund 1985, Sequential Analysis, eq. 3.15). The spread is that of the tuning queries
    or of production, whichever is larger. What is assumed is that sums of `FEWEST` scores are about normal.
    """
    if min(len(values), len(tuned)) < FEWEST:
        return None
    n = np.arange(1, len(values) + 1)
    means = np.cumsum(values) / n
    before, deviation = float(tuned.mean()), max(float(tuned.std(ddof=1)), 1e-3)
    spread = np.maximum(_running_spread(values), deviation)
    variance = spread**2 * (1 / n + 1 / len(tuned))
    start, slope = line(deviation, len(tuned), level)
    drops = before - means
    sure = (drops >= start * variance + slope) & (n >= FEWEST)
    drop, reach = float(drops[-1]), float(start * variance[-1] + slope)
    reached = int(np.argmax(sure)) + 1 if sure.any() else None
    least = start * float(spread[-1]) ** 2 / len(tuned) + slope
    return Drop(len(values), float(means[-1]), before, drop, drop - reach, drop + reach, reached, least)


def judge_promise(values: Floats, promise: float, *, level: float = 0.95) -> Drop | None:
    """Judge (n,) scores in [0, 1], in the order in which they came, against a mean that was promised; None without any.

    By betting (see `judge_mean`): nothing is assumed of how the scores lie.
    """
    if not len(values):
        return None
    drops, alpha = promise - values, 1 - level
    low, high = bounds(drops, 1.0, alpha)
    reached = first_above(drops, 1.0, alpha)
    return Drop(len(values), float(values.mean()), promise, float(drops.mean()), low, high, reached, 0.0)


def queries_to_find(
    drop: float, spread: float, tuned: int | None, *, power: float = 0.9, level: float = 0.95
) -> int | None:
    """After how many scored queries a drop has been found with that power; None where it never will.

    `spread` is the standard deviation of the scores once they have dropped, or of the tuning queries' where that is more.
    `tuned` is the number of tuning queries, None for a promise. By the probability to be sure after n queries, which is less
    than that to have been sure by then, so it is a little more than are needed.
    """
    if tuned is None:
        return queries_to_tell(drop, spread, 1.0, power=power, level=level, sides=1)
    found = _queries(drop, spread, tuned, power, *line(spread, tuned, level))
    return None if found is None else max(FEWEST, found)


def _queries(drop: float, spread: float, tuned: int, power: float, start: float, slope: float) -> int | None:
    z = quantile(power)

    def enough(n: float) -> bool:
        variance = spread**2 * (1 / n + 1 / tuned)
        return drop - slope >= start * variance + z * math.sqrt(variance)

    return first(enough) if enough(MOST) else None


@lru_cache(maxsize=64)
def line(spread: float, tuned: int, level: float) -> tuple[float, float]:
    """Where the line begins and how it rises, so that `SOUGHT` is found soonest; flat where it cannot be found."""
    lines = [(_start(share * SOUGHT, tuned / spread**2, 1 - level), share * SOUGHT) for share in SLOPES]
    needed = [_queries(SOUGHT, spread, tuned, 0.9, *each) for each in lines]
    return min(zip(needed, lines, strict=True), key=lambda pair: math.inf if pair[0] is None else pair[0])[1]


def _start(slope: float, end: float, alpha: float) -> float:
    """The start of a line of that slope that a Brownian motion crosses before `end` with probability alpha."""
    from scipy.special import log_ndtr, ndtr

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
