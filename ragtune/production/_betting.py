"""Evidence that a mean is not zero, which may be looked at after every query."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ragtune.production._power import MOST, first, quantile
from ragtune.types import Floats

STAKES = 0.9 * 2.0 ** (-np.arange(16) / 2)
"""Shares of what may be staked at most, from 0.9 to 0.005. Which is best depends on the mean, so all are played at once."""
CELLS = 2_000_000


@dataclass(frozen=True)
class Means:
    """What is known of a mean after n values, valid however often it was looked at.

    `low` and `high` bound it. `reached` is the number of values after which zero was first ruled out, None if it never was;
    `side` is then 1 for a mean above zero and -1 for one below, else 0. What is ruled out stays so. `more` is about how many
    more values would rule it out if the mean seen is the true one; None where that is not known, or would be more than a
    million.
    """

    n: int
    mean: float
    low: float
    high: float
    reached: int | None
    side: int
    more: int | None

    @property
    def sure(self) -> bool:
        """Whether zero is ruled out."""
        return self.reached is not None


def judge_mean(values: Floats, bound: float, *, level: float = 0.95) -> Means:
    """Judge the mean of (n,) values, in the order in which they came, each in [-bound, bound].

    A gambler stakes a share of what he has on every value being above the mean that is claimed; if the claim is true he wins
    nothing in expectation, so that he ever has 1/α times what he began with happens with probability α at most (Ville's
    inequality). The claims that have not made him rich are the interval (Waudby-Smith & Ramdas 2024, Estimating means of
    bounded random variables by betting, JRSS B 86). He plays `STAKES` side by side, with a sixteenth on each; a second gambler
    stakes on values being below. Nothing is assumed but the bound, and that the mean of each value, given those before, is
    the same: no normality, no least number of values.
    """
    alpha = (1 - level) / 2
    above, below = first_above(values, bound, alpha), first_above(-values, bound, alpha)
    reached = min((n for n in (above, below) if n is not None), default=None)
    side = 0 if reached is None else 1 if above == reached else -1
    mean = float(values.mean()) if len(values) else 0.0
    low, high = bounds(values, bound, alpha)
    more = 0 if reached else _more(values if mean > 0 else -values, bound, alpha)
    return Means(len(values), mean, low, high, reached, side, more)


def first_above(values: Floats, bound: float, alpha: float) -> int | None:
    """After how many values a mean of zero, or less, is first ruled out; None if it never is."""
    if len(values) and float(np.abs(values).max()) > bound:
        raise ValueError(f"values are to lie within {bound}")
    rich = _wealth(values, bound, 0.0) >= math.log(1 / alpha)
    return int(np.argmax(rich)) + 1 if rich.any() else None


def bounds(values: Floats, bound: float, alpha: float) -> tuple[float, float]:
    """What the mean lies above, and below, each but with probability alpha."""
    mean = float(values.mean()) if len(values) else 0.0
    return _end(values, bound, alpha, mean), -_end(-values, bound, alpha, -mean)


def queries_to_tell(
    mean: float, spread: float, bound: float, *, power: float = 0.9, level: float = 0.95, sides: int = 2
) -> int:
    """After how many values, of that mean and standard deviation, zero is ruled out with that power.

    By the normal approximation of the gambler's logarithm; of the probability to be rich after n values, which is less than
    that to have been rich by then, so it is a little more than are needed. A million stands for any number above it.
    """
    goal = math.log(sides / (1 - level))
    stakes = STAKES / (2 * bound)
    second = spread**2 + mean**2

    def enough(n: int) -> bool:
        # What the sum is at least, all but 1 - power of the time.
        total = n * mean - quantile(power) * spread * math.sqrt(n)
        wealth = stakes * total - stakes**2 * second * n / 2
        return float(np.logaddexp.reduce(wealth)) - math.log(len(stakes)) >= goal

    return first(enough)


def _wealth(values: Floats, bound: float, claim: float) -> Floats:
    """(n,) logarithm of what he who stakes on values above `claim` has after each value."""
    wealth = np.empty(len(values))
    held = np.zeros(len(STAKES))
    stakes = STAKES / (2 * bound)
    block = CELLS // len(STAKES)
    for start in range(0, len(values), block):
        won = np.log1p(np.outer(values[start : start + block] - claim, stakes))
        paths = held + np.cumsum(won, axis=0)
        wealth[start : start + block] = np.logaddexp.reduce(paths, axis=1) - math.log(len(STAKES))
        held = paths[-1]
    return wealth


def _end(values: Floats, bound: float, alpha: float, mean: float) -> float:
    """The claim below which he who stakes on values above it is rich now, within a ten-thousandth of the bound."""

    def rich(claim: float) -> bool:
        return bool(len(values) and _wealth(values, bound, claim)[-1] >= math.log(1 / alpha))

    low, high = -bound, mean
    if not rich(low):
        return low
    while high - low > 1e-4 * bound:
        middle = (low + high) / 2
        low, high = (middle, high) if rich(middle) else (low, middle)
    return low


def _more(values: Floats, bound: float, alpha: float) -> int | None:
    """By how fast the best of the stakes has grown on these values."""
    if len(values) < 2 or values.mean() <= 0:
        return None
    won = np.log1p(np.outer(values, STAKES / (2 * bound)))
    pace, has = won.mean(axis=0), won.sum(axis=0)
    best = int(np.argmax(pace))
    missing = math.log(len(STAKES) / alpha) - float(has[best])
    if pace[best] <= missing / MOST:
        return None
    return max(1, math.ceil(missing / float(pace[best])))
