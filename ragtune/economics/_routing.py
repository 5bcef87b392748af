"""Which queries can go to the cheaper design: a score from what is known before answering, learnt on tune queries alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ragtune.economics._frontier import Choice, Frontier, Mask, by_share, frontier
from ragtune.splitting import Split
from ragtune.types import Floats

SHARES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
RIDGE = 1.0
"""Weight of the penalty, in queries: weights of features that say nothing go to zero."""
PARTS = 5


@dataclass(frozen=True, eq=False)
class Line:
    """A weighted sum of features, in their own units, that guesses what the dearer design gains."""

    intercept: float
    weights: Floats

    def score(self, features: Floats) -> Floats:
        """(n_queries,)."""
        found: Floats = features @ self.weights + self.intercept
        return found


@dataclass(frozen=True)
class Rule:
    """What an app applies: the dearer design where `intercept` + Σ weight × feature is above `threshold`."""

    intercept: float
    weights: dict[str, float]
    threshold: float
    share: float

    def text(self, cheap: str, dear: str) -> str:
        """One line."""
        if self.share <= 0 or self.share >= 1:
            return f"send every query to {dear if self.share >= 1 else cheap}"
        terms = "".join(f" {'+' if weight >= 0 else '-'} {abs(weight):.6g}*{n}" for n, weight in self.weights.items())
        return f"{dear} if {self.intercept:.6g}{terms} > {self.threshold:.6g} else {cheap}"


@dataclass(frozen=True)
class Routing:
    """The frontier on queries that took no part in learning, the point chosen without them, and the rule.

    `tolerance` is what the chosen point was let lose in quality against the dearer design.
    """

    frontier: Frontier
    chosen: int
    rule: Rule
    tolerance: float

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "frontier": self.frontier.as_json(),
            "chosen": asdict(self.frontier.points[self.chosen]),
            "rule": asdict(self.rule),
            "tolerance": self.tolerance,
        }


def route(
    choice: Choice,
    features: Floats,
    names: Sequence[str],
    split: Split,
    *,
    tolerance: float = 0.01,
    shares: Sequence[float] = SHARES,
    seed: int = 0,
) -> Routing:
    """Learn whom to send the dearer way, and judge it on queries that had no part in that.

    The gain of the dearer design is guessed by ridge regression; thresholds are quantiles of guesses for tune queries made
    by lines that never saw them. The point to take is the one that sends fewest and loses at most `tolerance` by those
    guesses. Where no query is kept back, each part is judged by what the others taught.

    Args:
        choice: Quality and cost of both designs, query by query.
        features: (n_queries, n_features), known before a query is answered.
        names: Of the features.
        split: Which queries learn and which judge.
        tolerance: What may be lost against the dearer design, in the metric's unit.
        shares: Of the queries that the points of the frontier are to send.
        seed: Of parts and intervals.
    """
    sent = np.zeros((len(shares), len(choice.gain)), dtype=bool)
    for learn, judge in split.rounds():
        line, guesses = _learnt(choice.gain[learn], features[learn], seed)
        sent[:, judge] = line.score(features[judge]) > by_share(guesses, shares)[:, None]
    judged = split.confirm if split.confirm.any() else np.ones(len(choice.gain), dtype=bool)
    learn = ~split.confirm
    line, guesses = _learnt(choice.gain[learn], features[learn], seed)
    thresholds = by_share(guesses, shares)
    chosen = _fewest(choice.part(learn), guesses > thresholds[:, None], tolerance)
    weights = dict(zip(names, line.weights.tolist(), strict=True))
    rule = Rule(line.intercept, weights, float(thresholds[chosen]), float(shares[chosen]))
    found = frontier(choice.part(judged), sent[:, judged], shares, seed=seed)
    return Routing(found, chosen, rule, tolerance)


def fit(gain: Floats, features: Floats) -> Line:
    """Ridge regression on standardised features, given back in their own units; a constant feature weighs nothing."""
    mean, spread = features.mean(axis=0), features.std(axis=0)
    scale = np.where(spread > 1e-12 * np.maximum(1.0, np.abs(mean)), spread, np.inf)
    standard = (features - mean) / scale
    gram = standard.T @ standard + RIDGE * np.eye(features.shape[1])
    weights = np.linalg.solve(gram, standard.T @ (gain - gain.mean())) / scale
    return Line(float(gain.mean() - mean @ weights), weights)


def _learnt(gain: Floats, features: Floats, seed: int) -> tuple[Line, Floats]:
    """The line of all, and for each query the guess of a line that never saw it."""
    n = len(gain)
    part = np.random.default_rng([seed, 2]).permutation(n) % min(PARTS, n)
    guesses = np.zeros(n)
    for k in range(min(PARTS, n)):
        others: Mask = part != k
        others = others if others.any() else ~others
        guesses[part == k] = fit(gain[others], features[others]).score(features[part == k])
    return fit(gain, features), guesses


def _fewest(choice: Choice, sent: Mask, tolerance: float) -> int:
    """The first point, from few to many, that is good enough."""
    quality = np.where(sent, choice.dear, choice.cheap).mean(axis=1)
    enough = quality >= choice.dear.mean() - tolerance
    return int(np.argmax(enough)) if enough.any() else len(sent) - 1
