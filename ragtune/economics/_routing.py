"""Which queries can go to the cheaper design: learnt on queries that tune, shown on queries that confirm."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

import numpy as np

from ragtune.errors import InputError
from ragtune.stats import bootstrap
from ragtune.types import Floats, Ints

FEATURES = ("words", "word length", "digits", "capitals", "asks how or why", "asks for several things", "rarity")
"""What is known of a query before anything is asked: counts of its text, and how rare its words are among the others."""
SHARES = tuple(i / 10 for i in range(11))
_WORD = re.compile(r"\w+")
_RIDGE = 10.0
FEWEST = 20


@dataclass(frozen=True)
class Route:
    """What comes of sending a share of the queries, those with most to gain, to the dearer design.

    `score` is the mean of the metric over the queries that confirm, `random` what as many by lot would give, `oracle` what
    the right ones would; `cost` is in the unit of the measure of cost.
    """

    share: float
    score: float
    random: float
    oracle: float
    cost: float


@dataclass(frozen=True)
class Routing:
    """The frontier, and whether it is better than chance.

    `gain` is the mean over all shares of what routing scores above as many queries by lot, with a 95 % interval from
    resampled queries: an interval that holds 0 says that nothing was learnt. `rule` gives the weight of each feature,
    standardised by `means` and `scales`; a query with a higher sum gains more from the dearer design. `left_out` queries
    have no score by one of the designs, so that nothing can be learnt or shown of them.
    """

    queries: int
    learnt_on: int
    left_out: int
    gain: float
    low: float
    high: float
    routes: tuple[Route, ...]
    rule: Mapping[str, float]
    means: Mapping[str, float]
    scales: Mapping[str, float]

    @property
    def beats_chance(self) -> bool:
        """Whether the interval is above 0."""
        return self.low > 0


def route(
    texts: Sequence[str], cheap: Floats, dear: Floats, fold: Ints, costs: tuple[float, float], *, seed: int = 0
) -> Routing:
    """Learn on queries with a fold, and show on those without; on a set without any kept back, by cross-fitting.

    Args:
        texts: Of the queries.
        cheap: (n_queries,) scores of the cheaper design, higher is better; nan where a reply is missing.
        dear: (n_queries,) scores of the other.
        fold: (n_queries,) parts of the queries that tune, -1 for those that confirm.
        costs: Of the cheaper design and of the other.
        seed: Of the resamples.
    """
    known = np.isfinite(cheap) & np.isfinite(dear)
    left_out = int((~known).sum())
    texts = [texts[i] for i in np.flatnonzero(known).tolist()]
    cheap, dear, fold = cheap[known], dear[known], fold[known]
    if len(texts) < FEWEST:
        raise InputError(
            f"{len(texts)} queries with scores by both designs are too few to learn which need the dearer one: "
            f"it takes {FEWEST}"
        )
    difference = dear - cheap
    features, means, scales = _standardised(texts, fold)
    confirm = fold < 0
    predicted = np.zeros(len(texts))
    if confirm.any():
        judged = np.flatnonzero(confirm)
        predicted[judged] = features[judged] @ _weights(features[~confirm], difference[~confirm])
    else:
        judged = np.arange(len(texts))
        for part in np.unique(fold):
            mine = fold == part
            predicted[mine] = features[mine] @ _weights(features[~mine], difference[~mine])
    shown = judged[np.argsort(-predicted[judged], kind="stable")]
    best = judged[np.argsort(-difference[judged], kind="stable")]
    routes = tuple(_route(share, shown, best, cheap, difference, costs) for share in SHARES)
    # What one query adds to the mean over shares: its difference, by how much earlier than the average it is sent.
    place = np.empty(len(texts))
    place[shown] = np.arange(len(shown))
    lead = 0.5 - (place[judged] + 0.5) / len(judged)
    worth = lead * (difference[judged] - difference[judged].mean())
    interval = bootstrap(worth[None], seed=seed)
    weights = _weights(features[~confirm], difference[~confirm])
    low, high = float(interval.low[0]), float(interval.high[0])
    return Routing(
        len(judged),
        int((~confirm).sum()),
        left_out,
        float(worth.mean()),
        low,
        high,
        routes,
        _named(weights),
        _named(means),
        _named(scales),
    )


def _named(values: Floats) -> dict[str, float]:
    return dict(zip(FEATURES, values.tolist(), strict=True))


def _route(
    share: float, shown: Ints, best: Ints, cheap: Floats, difference: Floats, costs: tuple[float, float]
) -> Route:
    sent = round(share * len(shown))
    base, n = cheap[shown].mean(), len(shown)
    score, oracle = (float(base + difference[order[:sent]].sum() / n) for order in (shown, best))
    by_lot = float(base + difference[shown].mean() * sent / n)
    return Route(share, score, by_lot, oracle, costs[0] + (costs[1] - costs[0]) * sent / n)


def _weights(features: Floats, difference: Floats) -> Floats:
    """Ridge regression of what the dearer design gains; features are standardised, so that one penalty fits all."""
    centred = difference - difference.mean()
    weights: Floats = np.linalg.solve(features.T @ features + _RIDGE * np.eye(features.shape[1]), features.T @ centred)
    return weights


def _standardised(texts: Sequence[str], fold: Ints) -> tuple[Floats, Floats, Floats]:
    """(n_queries, n_features), by mean and scale of the queries that tune."""
    tuning = fold >= 0
    words = [_WORD.findall(text.lower()) for text in texts]
    seen = Counter(word for own, tunes in zip(words, tuning.tolist(), strict=True) if tunes for word in set(own))
    n = int(tuning.sum())
    rows = []
    for text, own in zip(texts, words, strict=True):
        rare = [log((n + 1) / (seen[word] + 1)) for word in own]
        rows.append(
            [
                log(1 + len(own)),
                sum(map(len, own)) / max(1, len(own)),
                sum(character.isdigit() for character in text),
                sum(word[:1].isupper() for word in text.split()[1:]),
                float(any(word in ("how", "why", "explain") for word in own)),
                float(sum(word in ("and", "or", "both", "versus") for word in own)),
                sum(rare) / max(1, len(rare)),
            ]
        )
    table = np.array(rows, dtype=np.float64)
    means, scales = table[tuning].mean(axis=0), table[tuning].std(axis=0)
    scales = np.where(scales > 0, scales, 1.0)
    return (table - means) / scales, means, scales
