"""Does it know when no tool fits? Abstaining is to call nothing, and is right where no tool fits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ragtune.toolpanels._judging import Bools, Judged
from ragtune.toolpanels._resampling import UNKNOWN, Figure, auc, drawn, mean_of
from ragtune.types import Floats

STEPS = 9
"""Thresholds that are tried besides the best: the deciles of the confidences."""


@dataclass(frozen=True)
class Threshold:
    """What abstaining below a confidence would bring; `refused` is the share of cases with a fitting tool that are lost."""

    at: float
    precision: float | None
    recall: float | None
    f1: float | None
    refused: float | None
    best: bool = False


@dataclass(frozen=True)
class Abstention:
    """How right it is to abstain when the caller does, and how well its confidence could tell.

    `auc` is how often a case with a fitting tool has more confidence than one without; unknown (None) where the caller
    gives no confidence. `cases` replied, `unfit` of them with no fitting tool, `abstained` without a call. The best
    threshold is chosen by F1 on the same cases, so it flatters.
    """

    cases: int
    unfit: int
    abstained: int
    precision: Figure
    recall: Figure
    f1: Figure
    auc: Figure
    confident: int
    thresholds: tuple[Threshold, ...]


def abstention(judged: Judged, *, seed: int = 0) -> Abstention:
    """Measure it over all cases that got a reply."""
    there = ~judged.failed
    unfit, silent = ~judged.fits[there], ~judged.answered[there]
    known, confidence = _confidence(judged)
    known = known[there]
    told = confidence[there][known]
    area = auc(told, ~unfit[known], seed=seed) if len(told) else UNKNOWN
    return Abstention(
        cases=int(there.sum()),
        unfit=int(unfit.sum()),
        abstained=int(silent.sum()),
        precision=mean_of(unfit[silent].astype(np.float64)),
        recall=mean_of(silent[unfit].astype(np.float64)),
        f1=_f1(unfit, silent, seed),
        auc=area,
        confident=int(known.sum()),
        thresholds=_thresholds(told, unfit[known]),
    )


def _confidence(judged: Judged) -> tuple[Bools, Floats]:
    """Which cases have a confidence, and it; a caller that has any and gives none without a call has the least."""
    given = [reply.confidence for reply in judged.replies]
    if all(value is None for value in given):
        return np.zeros(len(judged), dtype=bool), np.full(len(judged), np.nan)
    known = np.array([value is not None for value in given]) | ~judged.answered
    return known, np.array([-np.inf if value is None else value for value in given])


def _f1(unfit: Bools, silent: Bools, seed: int) -> Figure:
    hits, misses, wrong = unfit & silent, unfit & ~silent, silent & ~unfit

    def statistic(weights: Floats) -> Floats:
        right = 2 * (weights @ hits.astype(np.float64))
        below = right + weights @ (misses | wrong).astype(np.float64)
        with np.errstate(invalid="ignore"):
            found: Floats = right / below
        return found

    return drawn(statistic, len(unfit), seed=seed) if len(unfit) and (hits | misses | wrong).any() else UNKNOWN


def _thresholds(confidence: Floats, unfit: Bools) -> tuple[Threshold, ...]:
    finite = np.unique(confidence[np.isfinite(confidence)])
    if not len(finite):
        return ()
    every = [_threshold(float(at), confidence, unfit) for at in finite]
    best = max(every, key=lambda row: (row.f1 or 0.0, -row.at))
    steps = np.quantile(finite, np.linspace(0, 1, STEPS + 2)[1:-1], method="nearest").tolist()
    chosen = [_threshold(at, confidence, unfit) for at in sorted({*steps, best.at})]
    return tuple(Threshold(**{**vars(row), "best": row.at == best.at}) for row in chosen)


def _threshold(at: float, confidence: Floats, unfit: Bools) -> Threshold:
    silent = confidence < at
    hits, abstained, fitting = int((silent & unfit).sum()), int(silent.sum()), int((~unfit).sum())
    precision = hits / abstained if abstained else None
    recall = hits / int(unfit.sum()) if unfit.any() else None
    below = abstained + int(unfit.sum())
    refused = (abstained - hits) / fitting if fitting else None
    return Threshold(at, precision, recall, 2 * hits / below if below else None, refused)
