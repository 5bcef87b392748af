"""Candidates held to cases that took no part in making or choosing them."""

from __future__ import annotations

import math

import numpy as np

from ragtune.stats import bootstrap, holm, sign_flip
from ragtune.suggesting._values import Held
from ragtune.types import Floats

ALPHA = 0.05


def judge(before: Floats, after: Floats, *, seed: int = 0) -> list[Held]:
    """One a row of (n_candidates, n_cases) scores, against (n_cases,) before.

    Of several, the last is all others at once, and has half of the chance of error for itself: it is asked first of all
    whether anything was gained. The others share the rest, p-values by Holm, intervals by Bonferroni; so the chance that
    any of them is accepted that gains nothing is 5 % at most. A case without a reply in any of them counts for none.
    """
    known = ~np.isnan(before) & ~np.isnan(after).any(axis=0)
    before, after = before[known], after[:, known]
    if not len(before):
        return [Held(0, math.nan, math.nan, 0.0, None, None, 1.0) for _ in after]
    alone = max(1, len(after) - 1)
    families = [(after[:alone], ALPHA / 2), (after[alone:], ALPHA / 2)] if len(after) > 1 else [(after, ALPHA)]
    return [held for rows, alpha in families for held in _family(before, rows, alpha, seed)]


def _family(before: Floats, after: Floats, alpha: float, seed: int) -> list[Held]:
    difference = after - before
    found = bootstrap(difference, level=1 - alpha / len(after), within=(-1.0, 1.0), seed=seed)
    p = np.minimum(1.0, holm(sign_flip(difference, seed=seed)) * ALPHA / alpha)
    ends = [[None if math.isnan(end) else float(end) for end in side.tolist()] for side in (found.low, found.high)]
    return [
        Held(len(before), float(before.mean()), float(row.mean()), float(d.mean()), low, high, float(each))
        for row, d, low, high, each in zip(after, difference, *ends, p, strict=True)
    ]
