"""How many queries would settle it, whether a change does no harm, and whether a measure can tell anything apart."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

from ragtune.stats._intervals import bootstrap
from ragtune.types import Floats

MOST = 1_000_000


def queries_needed(differences: Floats, *, power: float = 0.8, level: float = 0.95) -> int | None:
    """How many more queries would show a difference like that of (n_queries,) paired differences, with that power.

    N = ((z_level + z_power) · deviation / mean)², less those there are. None when the mean is zero, when there are too few
    to know the deviation, or when it would be more than a million. It takes the difference seen to be the true one: about so
    many.
    """
    n = len(differences)
    mean = float(differences.mean()) if n else 0.0
    if n < 2 or abs(mean) < 1e-12:
        return None
    z = NormalDist().inv_cdf((1 + level) / 2) + NormalDist().inv_cdf(power)
    needed = (z * float(differences.std(ddof=1)) / mean) ** 2
    return None if needed > MOST else max(0, math.ceil(needed) - n)


@dataclass(frozen=True)
class NonInferiority:
    """Whether something new is no worse than before by more than a margin.

    `low` is the lower end of the difference's interval. `passed`: all of the interval lies above -margin. `inferior`: the
    difference is below zero beyond chance, whatever the margin.
    """

    difference: float
    low: float
    high: float
    margin: float
    passed: bool
    inferior: bool


def non_inferiority(
    differences: Floats, margin: float, *, level: float = 0.95, resamples: int = 10_000, seed: int = 0
) -> NonInferiority:
    """Test (n_queries,) paired differences, new minus before, one-sided at `level`.

    By the interval, as in trials of medicines (CONSORT 2012, Reporting of Noninferiority and Equivalence Randomized Trials):
    a difference that cannot be seen is no proof that there is none, so few queries do not pass. `low` and `high` bound the
    two-sided interval whose each end is one-sided at `level`.
    """
    found = bootstrap(differences[None], level=2 * level - 1, resamples=resamples, seed=seed)
    mean, low, high = (float(each[0]) for each in found)
    return NonInferiority(mean, low, high, margin, passed=low > -margin, inferior=high < 0)


def room(scores: Floats) -> Literal["", "saturated", "floor"]:
    """Whether scores in [0, 1] leave room to tell configurations apart: the best mean is at least 0.98, or at most 0.02.

    Measures that are not shares are never called either.
    """
    if not scores.size or scores.min() < 0 or scores.max() > 1:
        return ""
    best = float(scores.mean(axis=1).max())
    return "saturated" if best >= 0.98 else "floor" if best <= 0.02 else ""
