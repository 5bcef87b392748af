"""Where every configuration stands."""

from __future__ import annotations

import math

import numpy as np

from ragtune.stats import Intervals, bootstrap, holm, sign_flip
from ragtune.types import Floats
from ragtune.verdict._measured import Mask, Measured
from ragtune.verdict._picking import Choice, Rules
from ragtune.verdict._values import Estimate, Standing

FLIPS = 200
"""Flips for each member of a family, where p is small: Holm multiplies by their number, and no p is below 1 / flips."""
MOST_CELLS = 200_000_000
"""Flips times configurations: a few seconds."""


def estimate(intervals: Intervals, i: int, lower: bool) -> Estimate:
    """One row, turned back where the metric is one of which less is better."""
    mean, low, high = (float(each[i]) for each in intervals)
    if lower:
        mean, low, high = -mean, -high, -low
    return Estimate(mean, None if math.isnan(low) else low, None if math.isnan(high) else high)


def estimates(measured: Measured, metric: str, queries: Mask, resamples: int, seed: int) -> tuple[Estimate | None, ...]:
    """The mean of each configuration over some queries, None for incomplete ones."""
    scores = _complete(measured, metric, queries)
    found = bootstrap(scores, within=(scores.min(), scores.max()), resamples=resamples, seed=seed)
    return _spread(measured, found, metric)


def standings(
    measured: Measured,
    rules: Rules,
    choice: Choice,
    on_front: Mask,
    tune: Mask,
    judged: Mask,
    intervals: tuple[Estimate | None, ...],
    resamples: int,
) -> tuple[Standing, ...]:
    """Every configuration, in their order."""
    metric, seed, n_queries = rules.metric, rules.seed, measured.scores.shape[2]
    scored = (~np.isnan(measured.scores)).all(axis=1).sum(axis=1)
    means = measured.level(metric, tune)
    at_best = measured.of(metric)[choice.best, tune]
    best_p = holm_p(_complete(measured, metric, tune) - at_best, resamples, seed)[1]
    differences: tuple[Estimate | None, ...] = (None,) * len(scored)
    p = p_holm = np.full(int(measured.complete.sum()), np.nan)
    if measured.complete[0]:
        paired = _complete(measured, metric, judged) - measured.of(metric)[0, judged]
        p, p_holm = holm_p(paired, resamples, seed)
        differences = _spread(measured, bootstrap(paired, resamples=resamples, seed=seed), metric)
    place = np.cumsum(measured.complete) - 1
    found = []
    for i, id_ in enumerate(measured.ids):
        if not measured.complete[i]:
            found.append(Standing(id_, int(scored[i]), n_queries))
            continue
        at = place[i]
        found.append(
            Standing(
                id_, n_queries, n_queries, float(means[i]), intervals[i], differences[i],
                p=_known(p[at]), p_holm=_known(p_holm[at]), p_best=_known(best_p[at]), tied=bool(choice.tied[i]),
                feasible=bool(choice.feasible[i]), front=bool(on_front[i]),
            )
        )  # fmt: skip
    return tuple(found)


def holm_p(differences: Floats, resamples: int, seed: int) -> tuple[Floats, Floats]:
    """(n,) p-values of rows of differences, and the same by Holm over the family of the distinct rows that are not zero.

    Configurations that score alike on every query are one hypothesis.
    """
    rows: dict[bytes, int] = {}
    which = np.array([rows.setdefault(row.tobytes(), len(rows)) for row in np.ascontiguousarray(differences)])
    distinct = differences[np.unique(which, return_index=True)[1]]
    p, corrected = np.ones(len(distinct)), np.ones(len(distinct))
    tested = np.flatnonzero(distinct.any(axis=1))
    if len(tested):
        p[tested] = sign_flip(distinct[tested], flips=resamples, seed=seed)
        small = tested[p[tested] <= 20 / resamples]
        flips = min(FLIPS * len(tested), MOST_CELLS // max(1, len(small)))
        if len(small) and flips > resamples:
            p[small] = sign_flip(distinct[small], flips=flips, seed=seed + 1)
        corrected[tested] = holm(p[tested])
    return p[which], corrected[which]


def _complete(measured: Measured, metric: str, queries: Mask) -> Floats:
    found: Floats = measured.of(metric)[measured.complete][:, queries]
    return found


def _spread(measured: Measured, intervals: Intervals, metric: str) -> tuple[Estimate | None, ...]:
    lower = measured.sign(metric) < 0
    rows = iter(range(len(intervals.mean)))
    return tuple(estimate(intervals, next(rows), lower) if complete else None for complete in measured.complete)


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
