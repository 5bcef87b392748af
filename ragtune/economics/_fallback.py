"""Fallback chains: the first design answers, and the second is asked where that answer is not good enough."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ragtune.economics._frontier import Choice, Frontier, Mask, by_share, frontier
from ragtune.splitting import Split
from ragtune.types import Floats

SHARES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


@dataclass(frozen=True)
class Fallback:
    """A chain on the queries that judge: `frontier` has the one point of a given condition, or a point a threshold.

    `thresholds` are None where the condition has none (refusals alone).
    """

    frontier: Frontier
    thresholds: tuple[float, ...] | None
    chosen: int

    def as_json(self) -> dict[str, Any]:
        """Plain values; a threshold without an end (refusals alone, or all) is null."""
        bounds = None if self.thresholds is None else [t if math.isfinite(t) else None for t in self.thresholds]
        return {**asdict(self), "thresholds": bounds, "frontier": self.frontier.as_json()}


def chain(choice: Choice, falls: Mask, *, seed: int = 0) -> Fallback:
    """What a chain comes to whose condition is given: the second is asked where `falls`, (n_queries,), is true.

    The first is paid for in any case, so `extra` of the choice is the whole cost of the second.
    """
    return Fallback(frontier(choice, falls[None, :], [float(falls.mean())], seed=seed), None, 0)


def thresholds(
    choice: Choice,
    score: Floats,
    refused: Mask,
    split: Split,
    *,
    tolerance: float = 0.01,
    shares: Sequence[float] = SHARES,
    seed: int = 0,
) -> Fallback:
    """Learn below which score of the first answer to go on to the second, and judge that on queries kept back.

    Args:
        choice: Quality of both, cost of the first, and of the second as `extra`.
        score: (n_queries,) of the first answer, which an app can tell without the truth.
        refused: (n_queries,) where the first has no answer; these go on whatever their score.
        split: Which queries learn and which judge.
        tolerance: What may be lost against always asking the second, in the metric's unit.
        shares: Of the queries that thresholds are quantiles for.
        seed: Of the intervals.
    """
    bad = np.where(refused, np.inf, -score)
    sent = np.zeros((len(shares), len(score)), dtype=bool)
    for learn, judge in split.rounds():
        sent[:, judge] = _falls(bad[judge], refused[judge], _limits(bad[learn], refused[learn], shares))
    learn = ~split.confirm
    judged = split.confirm if split.confirm.any() else learn
    limits = _limits(bad[learn], refused[learn], shares)
    quality = np.where(_falls(bad[learn], refused[learn], limits), choice.dear[learn], choice.cheap[learn]).mean(axis=1)
    enough = quality >= choice.dear[learn].mean() - tolerance
    chosen = int(np.argmax(enough)) if enough.any() else len(shares) - 1
    found = frontier(choice.part(judged), sent[:, judged], shares, seed=seed)
    return Fallback(found, tuple((-limits).tolist()), chosen)


def _limits(bad: Floats, refused: Mask, shares: Sequence[float]) -> Floats:
    return by_share(bad[~refused] if (~refused).any() else np.zeros(1), shares)


def _falls(bad: Floats, refused: Mask, limits: Floats) -> Mask:
    falls: Mask = (bad > limits[:, None]) | refused
    return falls
