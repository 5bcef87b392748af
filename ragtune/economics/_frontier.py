"""Quality against cost when some queries take the dearer way: by a rule, by chance, and by one who knows the outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ragtune.stats import bootstrap
from ragtune.types import Floats

Mask = NDArray[np.bool_]
RESAMPLES = 4_000


@dataclass(frozen=True)
class Estimate:
    """A mean over queries with its 95 % interval; the ends are None where there is but one query."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Point:
    """One way of parting the queries. `cost` is the mean of a query, None where it is unknown.

    `by_chance` is the quality of sending as much by lot at the same cost (at the same share where costs are unknown),
    `oracle` that of sending the same share, those that gain most; `advantage` is over chance.
    """

    aim: float
    share: float
    quality: Estimate
    cost: Estimate | None
    by_chance: float
    oracle: float
    advantage: Estimate


@dataclass(frozen=True)
class Frontier:
    """Points from all queries the cheaper way to all the dearer way, and the mean advantage over chance between them."""

    points: tuple[Point, ...]
    advantage: Estimate
    queries: int

    @property
    def beats_chance(self) -> bool:
        """Whether the interval of the mean advantage lies above zero."""
        return self.advantage.low is not None and self.advantage.low > 0

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {**asdict(self), "beats_chance": self.beats_chance}


@dataclass(frozen=True, eq=False)
class Choice:
    """What may be chosen between, query by query, (n_queries,) each: quality the higher the better.

    `extra` is what the dearer way adds to the cost of the cheaper one; costs are nan where they are unknown.
    """

    cheap: Floats
    dear: Floats
    cost: Floats
    extra: Floats

    @property
    def gain(self) -> Floats:
        """What the dearer way gains."""
        return self.dear - self.cheap

    @property
    def priced(self) -> bool:
        """Whether every cost is known."""
        return bool(np.isfinite(self.cost).all() and np.isfinite(self.extra).all())

    def part(self, queries: Mask) -> Choice:
        """Some of the queries."""
        return Choice(self.cheap[queries], self.dear[queries], self.cost[queries], self.extra[queries])


def frontier(choice: Choice, sent: NDArray[np.bool_], aims: Sequence[float], *, seed: int = 0) -> Frontier:
    """What each row of `sent`, (n_points, n_queries), comes to: which queries go the dearer way.

    Args:
        choice: Quality and cost of both ways.
        sent: The parted queries, a row a point.
        aims: The share that each row was meant to send.
        seed: Of the intervals.
    """
    quality = np.where(sent, choice.dear, choice.cheap)
    costs = choice.cost + sent * choice.extra
    chance = _chance(choice, sent)
    over = _over_chance(choice, sent, chance)
    between = over[_interior(sent)]
    mean = between.mean(axis=0, keepdims=True) if len(between) else np.zeros((1, sent.shape[1]))
    n = len(sent)
    rows = _estimates(np.concatenate([quality, over, mean]), seed)
    priced = _estimates(costs, seed) if choice.priced else [None] * n
    oracle = _oracle(choice, sent.sum(axis=1))
    points = tuple(
        Point(
            aim=float(aims[i]),
            share=float(sent[i].mean()),
            quality=rows[i],
            cost=priced[i],
            by_chance=float(choice.cheap.mean() + chance[i] * choice.gain.mean()),
            oracle=float(oracle[i]),
            advantage=rows[n + i],
        )
        for i in range(n)
    )
    return Frontier(points, rows[-1], sent.shape[1])


def by_share(score: Floats, shares: Sequence[float]) -> Floats:
    """Thresholds above which those shares of the scores lie; infinite for none, minus infinity for all."""
    inner = np.quantile(score, [1 - share for share in shares])
    return np.array([np.inf if s <= 0 else -np.inf if s >= 1 else q for s, q in zip(shares, inner, strict=True)])


def _interior(sent: Mask) -> Mask:
    """The points that part the queries at all; the others are equal to chance by construction."""
    share = sent.mean(axis=1)
    inner: Mask = (share > 0) & (share < 1)
    return inner


def _chance(choice: Choice, sent: Mask) -> Floats:
    """The share that a lot may send for the same money."""
    extra = choice.extra.mean()
    if choice.priced and extra > 0:
        found: Floats = np.clip((sent * choice.extra).mean(axis=1) / extra, 0.0, 1.0)
        return found
    share: Floats = sent.mean(axis=1)
    return share


def _over_chance(choice: Choice, sent: Mask, chance: Floats) -> Floats:
    """(n_points, n_queries) whose means are the advantages.

    The share of the lot is an estimate too: the second term, whose mean is zero, is what it adds to the spread (the delta
    method for a ratio of means).
    """
    gain, extra = choice.gain, choice.extra if choice.priced and choice.extra.mean() > 0 else np.ones_like(choice.gain)
    apart = sent - chance[:, None]
    found: Floats = apart * gain - gain.mean() / extra.mean() * apart * extra
    return found


def _oracle(choice: Choice, counts: NDArray[np.int64]) -> Floats:
    best = np.concatenate([[0.0], np.cumsum(np.sort(choice.gain)[::-1])])
    found: Floats = choice.cheap.mean() + best[counts] / len(choice.gain)
    return found


def _estimates(rows: Floats, seed: int) -> list[Estimate]:
    found = bootstrap(rows, resamples=RESAMPLES, seed=seed)
    ends = [(None, None) if np.isnan(low) else (float(low), float(high)) for low, high in zip(*found[1:], strict=True)]
    return [Estimate(float(mean), low, high) for mean, (low, high) in zip(found.mean, ends, strict=True)]
