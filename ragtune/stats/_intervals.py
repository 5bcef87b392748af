"""Bootstrap intervals of means."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ragtune.types import Floats

ROWS = 1000
"""Series treated at a time; with 10,000 resamples they take 40 MB."""
CELLS = 2_000_000
"""Cells of a block of weights, 8 MB."""


class Intervals(NamedTuple):
    """(n,) each: means, and between what they lie; nan where there is but one query."""

    mean: Floats
    low: Floats
    high: Floats


def bootstrap(
    values: Floats,
    *,
    level: float = 0.95,
    within: tuple[float, float] = (-math.inf, math.inf),
    resamples: int = 10_000,
    seed: int = 0,
) -> Intervals:
    """Bootstrap intervals of the mean of each row of (n, n_queries), from the same resamples of the queries.

    Percentile intervals, their levels widened for small samples as a t interval is against a normal one (Hesterberg 2015,
    What Teachers Should Know About the Bootstrap, The American Statistician 69), and on neither side shorter than that t
    interval. Of percentile, BCa, bootstrap-t, t, and those widened, this covered best over means *and* paired differences of
    scores that are bounded, skewed and lumped at 0 and 1: the percentiles know of skew, t of differences that are mostly zero
    (there BCa covers 85 to 93 %). Paired differences are rows like any others. Equal values have an interval of width 0.

    Args:
        values: The rows.
        level: How often intervals hold the truth.
        within: Between what a mean can lie at all; ends beyond are cut.
        resamples: How many.
        seed: Of the resamples.
    """
    n_queries = values.shape[1]
    mean = values.mean(axis=1)
    if n_queries < 2:
        unknown = np.full(len(values), np.nan)
        return Intervals(mean, unknown, unknown.copy())
    t, places = _bounds(n_queries, level, resamples)
    low, high = np.empty_like(mean), np.empty_like(mean)
    for start in range(0, len(values), ROWS):
        part = slice(start, start + ROWS)
        centred = values[part] - mean[part, None]
        # What is left of equal values is the last digit of their mean.
        centred[np.ptp(values[part], axis=1) == 0] = 0.0
        reach = t * np.sqrt((centred**2).sum(axis=1) / (n_queries * (n_queries - 1)))
        means = _resampled(centred.astype(np.float32), resamples, seed)
        means.partition(places, axis=1)
        low[part] = np.minimum(means[:, places[0]], -reach)
        high[part] = np.maximum(means[:, places[1]], reach)
    return Intervals(mean, np.maximum(mean + low, within[0]), np.minimum(mean + high, within[1]))


def _bounds(n_queries: int, level: float, resamples: int) -> tuple[float, tuple[int, int]]:
    """The quantile of t, and which of the sorted means bound the widened percentile interval."""
    from scipy.special import ndtr, stdtrit

    t = -float(stdtrit(n_queries - 1, (1 - level) / 2))
    share = float(ndtr(-math.sqrt(n_queries / (n_queries - 1)) * t))
    place = max(0, round(share * (resamples + 1)) - 1)
    return t, (place, resamples - 1 - place)


def _resampled(centred: NDArray[np.float32], resamples: int, seed: int) -> NDArray[np.float32]:
    """(n, resamples) means of resamples of the columns, one matrix product for each block of weights."""
    n = centred.shape[1]
    rng = np.random.default_rng([seed, 1])
    means = np.empty((len(centred), resamples), dtype=np.float32)
    block = max(1, CELLS // n)
    for start in range(0, resamples, block):
        count = min(block, resamples - start)
        drawn = rng.integers(n, size=(count, n)) + (np.arange(count) * n)[:, None]
        weights = np.bincount(drawn.ravel(), minlength=count * n).reshape(count, n).astype(np.float32) / n
        means[:, start : start + count] = centred @ weights.T
    return means
