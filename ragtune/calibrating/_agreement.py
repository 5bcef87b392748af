"""How well scores agree with human labels: order, and where to draw the line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ragtune.types import Floats

Flags = NDArray[np.bool_]
FOLDS = 5
RESAMPLES = 2_000
_CELLS = 2_000_000


@dataclass(frozen=True)
class Estimate:
    """A number, and between what it lies in 95 of 100 samples; nan where that cannot be told."""

    value: float
    low: float = float("nan")
    high: float = float("nan")


@dataclass(frozen=True)
class Agreement:
    """Agreement of scores with yes-or-no labels.

    `auroc` is the chance that something labelled yes scores higher than something labelled no, ties half. Balanced accuracy
    (the mean of the shares of yes and of no that are told) and Cohen's kappa (agreement beyond chance) are of verdicts
    made with thresholds learnt on other items; `threshold` is the one learnt on all: a score of at least that is a yes.
    """

    auroc: Estimate
    balanced_accuracy: Estimate
    kappa: Estimate
    threshold: float


def agreement(scores: Floats, labels: Flags, *, seed: int = 0, resamples: int = RESAMPLES) -> Agreement:
    """Of (n,) scores, none nan, with (n,) labels of both kinds. Intervals are percentiles of resamples of the items."""
    weights = resampled(labels, resamples, seed)
    verdicts = cross_fitted(scores, labels, seed)
    once = np.ones((1, len(labels)))
    return Agreement(
        auroc=_estimate(auroc(scores, labels, once), auroc(scores, labels, weights)),
        balanced_accuracy=_estimate(
            balanced_accuracy(verdicts, labels, once), balanced_accuracy(verdicts, labels, weights)
        ),
        kappa=_estimate(kappa(verdicts, labels, once), kappa(verdicts, labels, weights)),
        threshold=best_threshold(scores, labels),
    )


def resampled(labels: Flags, resamples: int, seed: int) -> Floats:
    """(resamples, n) how often each item is drawn; those without both kinds of label are drawn anew, as often as need be."""
    rng = np.random.default_rng([seed, 11])
    n = len(labels)
    found: list[Floats] = []
    while sum(map(len, found)) < resamples:
        count = min(resamples, max(1, _CELLS // n))
        drawn = rng.multinomial(n, np.full(n, 1 / n), size=count).astype(np.float64)
        positive = drawn @ labels
        found.append(drawn[(positive > 0) & (positive < n)])
    return np.concatenate(found)[:resamples]


def auroc(scores: Floats, labels: Flags, weights: Floats) -> Floats:
    """(n_weights,) area under the ROC curve, each item counted as often as its weight says; ties count half."""
    order = np.argsort(scores, kind="stable")
    values, w = scores[order], weights[:, order]
    yes, no = w * labels[order], w * ~labels[order]
    starts = np.flatnonzero(np.r_[True, values[1:] > values[:-1]])
    yes_tied, no_tied = np.add.reduceat(yes, starts, axis=1), np.add.reduceat(no, starts, axis=1)
    below = np.cumsum(no_tied, axis=1) - no_tied
    area: Floats = (yes_tied * (below + no_tied / 2)).sum(axis=1) / (yes.sum(axis=1) * no.sum(axis=1))
    return area


def balanced_accuracy(verdicts: Flags, labels: Flags, weights: Floats) -> Floats:
    """(n_weights,) the mean of the share of yes that is told yes, and of no that is told no."""
    right = (weights @ (verdicts & labels)) / (weights @ labels)
    wrong = (weights @ (~verdicts & ~labels)) / (weights @ ~labels)
    mean: Floats = (right + wrong) / 2
    return mean


def kappa(verdicts: Flags, labels: Flags, weights: Floats) -> Floats:
    """(n_weights,) Cohen's kappa; 0 where chance alone would agree fully."""
    total = weights.sum(axis=1)
    observed = (weights @ (verdicts == labels)) / total
    said, is_so = (weights @ verdicts) / total, (weights @ labels) / total
    chance = said * is_so + (1 - said) * (1 - is_so)
    found: Floats = np.divide(observed - chance, 1 - chance, out=np.zeros_like(total), where=chance < 1)
    return found


def best_threshold(scores: Floats, labels: Flags) -> float:
    """With the best balanced accuracy; half-way between two scores, and the lowest of equally good ones.

    Where no threshold is better than saying yes to everything, it is below all scores.
    """
    values = np.unique(scores)
    cuts = np.concatenate([[values[0] - 1.0], (values[1:] + values[:-1]) / 2])
    verdicts = scores[None, :] >= cuts[:, None]
    hits = (verdicts & labels).sum(axis=1) / labels.sum() + (~verdicts & ~labels).sum(axis=1) / (~labels).sum()
    return float(cuts[int(np.argmax(hits))])


def cross_fitted(scores: Floats, labels: Flags, seed: int) -> Flags:
    """(n,) verdicts, each with a threshold learnt on the other folds; each fold has its share of both kinds of label."""
    rng = np.random.default_rng([seed, 12])
    fold = np.empty(len(labels), dtype=np.int64)
    for kind in (labels, ~labels):
        places = rng.permutation(np.flatnonzero(kind))
        fold[places] = np.arange(len(places)) % min(FOLDS, int(labels.sum()), int((~labels).sum()))
    verdicts = np.zeros(len(labels), dtype=bool)
    if fold.max() == 0:  # one item of a kind: there is nothing to learn from without it
        return scores >= best_threshold(scores, labels)
    for part in range(int(fold.max()) + 1):
        held = fold == part
        verdicts[held] = scores[held] >= best_threshold(scores[~held], labels[~held])
    return verdicts


def _estimate(value: Floats, drawn: Floats) -> Estimate:
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Estimate(float(value[0]), float(low), float(high))
