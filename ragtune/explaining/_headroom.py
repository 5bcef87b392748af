"""Oracle headroom: how much better the best design for each query is than the best for all, and how much of it is real.

The best of many designs on one query is partly luck: among a hundred, one does well on it for no reason that would hold
for the next query like it. What is not luck can be learnt: so a chooser is put to the test that picks, for each query, the
design that did best on the queries whose words are most alike. It learns from four fifths of the queries and is judged on
the fifth it has not seen, five times over (cross-fitting); it is compared with the one best design picked from the same
four fifths. What it gains is the part of the headroom that holds up. The rest is noise as far as these queries can tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ragtune.explaining._words import Words
from ragtune.types import Floats

FOLDS = 5
RESAMPLES = 2000
_SHRINK = 1.0
"""How much likeness the mean over all queries counts for."""


@dataclass(frozen=True)
class Headroom:
    """Means over queries: of the best single design, and of each query's best; and what choosing by likeness holds.

    `learnable` is the gain of the chooser over the best single design on queries unseen, `low` and `high` its 95 %
    interval; `noise` the share of the headroom that it does not hold, 0 to 1.
    """

    single: float
    per_query: float
    learnable: float
    low: float
    high: float

    @property
    def headroom(self) -> float:
        """What an oracle that knew the best design for each query would gain."""
        return self.per_query - self.single

    @property
    def noise(self) -> float:
        """The share of the headroom that nothing learnt from other queries holds on to; 0 where there is no headroom."""
        return float(np.clip(1 - self.learnable / self.headroom, 0, 1)) if self.headroom > 0 else 0.0


def headroom(scores: Floats, texts: Sequence[str], seed: int = 0) -> Headroom:
    """From (n_configurations, n_queries) scores, higher is better, none missing."""
    rng = np.random.default_rng(seed)
    single, per_query = float(scores.mean(axis=1).max()), float(scores.max(axis=0).mean())
    gained = _chosen_by_likeness(scores, texts, rng)
    resampled = gained[rng.integers(0, len(gained), (RESAMPLES, len(gained)))].mean(axis=1)
    low, high = np.quantile(resampled, [0.025, 0.975]).tolist()
    return Headroom(single, per_query, float(gained.mean()), low, high)


def _chosen_by_likeness(scores: Floats, texts: Sequence[str], rng: np.random.Generator) -> Floats:
    """(n_queries,) what the chooser gains over the best single design, both picked without the query's fold."""
    n = scores.shape[1]
    words = Words.of(texts)
    fold = rng.permutation(n) % min(FOLDS, n)
    gained = np.zeros(n)
    for f in range(int(fold.max()) + 1):
        unseen, seen = np.flatnonzero(fold == f), np.flatnonzero(fold != f)
        if not len(seen):
            continue
        mean = scores[:, seen].mean(axis=1)
        likeness = words.likeness(unseen, seen)
        expected = scores[:, seen] @ likeness.T + _SHRINK * mean[:, None]
        chosen = np.argmax(np.round(expected, 12), axis=0)
        gained[unseen] = scores[chosen, unseen] - scores[int(np.argmax(mean)), unseen]
    return gained
