"""Prediction-powered inference: the mean of a judge's scores, corrected by labels on some of what it judged."""

from __future__ import annotations

import math
from typing import NamedTuple

from ragtune.types import Floats

FEWEST = 2
"""Labels without which nothing is known of how they scatter."""


class Corrected(NamedTuple):
    """An estimate of the mean label, between what it lies, and how far the judge was trusted (0 not at all, 1 fully)."""

    estimate: float
    low: float
    high: float
    trust: float


def corrected(
    scores: Floats,
    scores_labelled: Floats,
    labels: Floats,
    *,
    level: float = 0.95,
    trust: float | None = None,
    within: tuple[float, float] = (-math.inf, math.inf),
) -> Corrected:
    """The mean label of everything that was judged, from labels of a few: (n_all,), (n_labelled,), (n_labelled,).

    The judge's mean over all, plus how far labels and its scores lie apart where both are known: without bias however
    wrong the judge is, as long as what was labelled was drawn at random from the same kind of thing as the rest; the
    labelled are not among `scores`. With `trust` w the estimate is `w * mean(scores) + mean(labels - w * scores_labelled)`.
    Unless given, w is the one with the least variance, from 0 (the labels alone) to 1 (Angelopoulos et al. 2023,
    Prediction-powered inference, Science 382; Angelopoulos, Duchi & Zrnic 2023, PPI++, https://arxiv.org/abs/2311.01453).
    Labels and scores are on one scale. The interval is of Student's t, its degrees of freedom those of the two parts
    together (Welch & Satterthwaite), because labels are few; ends beyond `within` are cut.
    """
    import numpy as np
    from scipy.special import stdtrit

    n_all, n = len(scores), len(labels)
    if n < FEWEST or n_all < FEWEST or len(scores_labelled) != n:
        raise ValueError(f"needs {FEWEST} scores, {FEWEST} labels and a score for each; there are {n_all} and {n}")
    if trust is None:
        trust = _best(scores, scores_labelled, labels)
    rest = labels - trust * scores_labelled
    parts = np.array([rest.var(ddof=1) / n, trust**2 * scores.var(ddof=1) / n_all])
    estimate = float(trust * scores.mean() + rest.mean())
    reach = 0.0
    if parts.sum() > 0:
        freedom = parts.sum() ** 2 / (parts**2 / [n - 1, n_all - 1]).sum()
        reach = -float(stdtrit(freedom, (1 - level) / 2)) * math.sqrt(parts.sum())
    low, high = max(estimate - reach, within[0]), min(estimate + reach, within[1])
    return Corrected(estimate, low, high, float(trust))


def _best(scores: Floats, scores_labelled: Floats, labels: Floats) -> float:
    """cov(label, score) / ((1 + n/N) var(score)), from 0 to 1: section 6 of PPI++, for a mean."""
    import numpy as np

    n_all, n = len(scores), len(labels)
    spread = float(np.concatenate([scores, scores_labelled]).var(ddof=1))
    if spread == 0:
        return 0.0
    shared = float(np.cov(labels, scores_labelled, ddof=1)[0, 1])
    return min(1.0, max(0.0, shared / ((1 + n / n_all) * spread)))
