"""Effects with intervals: what each level of each knob adds, and whether that is more than chance."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ragtune.effects._factors import Factors
from ragtune.effects._levels import Levels
from ragtune.effects._weights import Design, modelled, paired
from ragtune.types import Floats

RESAMPLES = 2000
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Level:
    """One value of a knob: its effect against the mean over all values, and a 95 % interval over queries."""

    value: Any
    effect: float
    low: float
    high: float
    configurations: int


@dataclass(frozen=True)
class Edge:
    """A numeric knob that is best at the end of what was swept, and could go further.

    `gain` is what the best value has over its neighbour, with its interval: above 0 throughout, the score still rises
    there, and values beyond `value` are worth trying.
    """

    value: float
    direction: str
    gain: float
    low: float
    high: float

    @property
    def rising(self) -> bool:
        """Whether the score surely still rises toward the end."""
        return self.low > 0


@dataclass(frozen=True)
class Effect:
    """What one knob does, averaged over everything else. `knob` is a path: `chunker`, `retriever.hybrid.alpha`.

    `size` is the best level's mean score less the worst level's; `low` and `high` its interval over queries, which holds
    for all pairs of levels at once (Bonferroni). `method` is `paired` (configurations equal in all else, in `blocks`
    blocks) or `model` (an additive model of all knobs, where no two are).
    """

    knob: str
    levels: tuple[Level, ...]
    best: Any
    worst: Any
    size: float
    low: float
    high: float
    method: str
    blocks: int
    noise: float
    edge: Edge | None = None

    @property
    def mattered(self) -> bool:
        """Whether the interval is above the noise."""
        return self.low > self.noise


class Resampler:
    """The same resamples of the queries for everything that is estimated: (n_queries, n_resamples) counts."""

    def __init__(self, n_queries: int, seed: int, resamples: int = RESAMPLES) -> None:
        rng = np.random.default_rng(seed)
        self._n = n_queries
        self._shares = rng.multinomial(n_queries, np.full(n_queries, 1 / n_queries), resamples).T / n_queries

    def interval(self, per_query: Floats, comparisons: int = 1) -> tuple[float, float]:
        """Of the mean of (n_queries,) values, at 95 % for all of so many comparisons together (Bonferroni).

        The bootstrap's standard error times Student's t: far out in the tails, where many comparisons lead, percentiles
        of a few thousand resamples are a matter of one or two of them.
        """
        from scipy.special import stdtrit

        if self._n < 2:
            return -math.inf, math.inf
        tail = (1 - CONFIDENCE) / 2 / max(comparisons, 1)
        spread = float(np.std(per_query @ self._shares)) * math.sqrt(self._n / (self._n - 1))
        reach = -float(stdtrit(self._n - 1, tail)) * spread
        mean = float(per_query.mean())
        return mean - reach, mean + reach


def effects(
    configurations: Sequence[Mapping[str, Any]], scores: Floats, seed: int = 0, *, noise: float = 0.0
) -> list[Effect]:
    """The effect of every knob that varies, the largest first.

    Args:
        configurations: Slot -> spec of each, as a study records them.
        scores: (n_configurations, n_queries) of one metric, higher is better, none missing.
        seed: For the resamples of the queries.
        noise: Differences up to this are chance, as `ragtune noise` measures it.
    """
    factors = Factors.of(configurations)
    design = Design(factors)
    resampler = Resampler(scores.shape[1], seed)
    model: dict[str, Floats] | None = None
    found = []
    for knob in design.varying:
        levels = design.levels(knob)
        weighed = paired(design, knob, levels)
        if weighed is None:
            # What was filled in is compared with nothing: the model takes the configurations as they were run.
            model = modelled(design) if model is None else model
            levels = design.levels_as_run(knob)
            weighed = model[knob], 0
        if (weighed[0] != 0).any(axis=1).sum() > 1:
            found.append(_effect(knob, levels, *weighed, design, scores, resampler, noise))
    return sorted(found, key=lambda effect: (-effect.size, effect.knob))


def _effect(
    knob: str,
    levels: Levels,
    weights: Floats,
    blocks: int,
    design: Design,
    scores: Floats,
    resampler: Resampler,
    noise: float,
) -> Effect:
    per_query = weights @ scores
    mean = per_query.mean(axis=1)
    used = np.flatnonzero(np.abs(weights).sum(axis=1) > 0)
    best, worst = used[int(np.argmax(mean[used]))], used[int(np.argmin(mean[used]))]
    pairs = len(used) * (len(used) - 1) // 2
    low, high = resampler.interval(per_query[best] - per_query[worst], pairs)
    told = []
    for i in used.tolist():
        held = design.source[levels.of == i] if len(levels.of) == len(design.source) else np.flatnonzero(levels.of == i)
        told.append(Level(levels.names[i], float(mean[i]), *resampler.interval(per_query[i]), len(np.unique(held))))
    return Effect(
        knob=knob,
        levels=tuple(told),
        best=levels.names[best],
        worst=levels.names[worst],
        size=float(mean[best] - mean[worst]),
        low=low,
        high=high,
        method="paired" if blocks else "model",
        blocks=blocks,
        noise=noise,
        edge=_edge(knob, levels, int(best), used.tolist(), per_query, resampler, design.factors),
    )


def _edge(
    knob: str, levels: Levels, best: int, used: list[int], per_query: Floats, resampler: Resampler, factors: Factors
) -> Edge | None:
    if not levels.numeric or len(used) < 2 or best not in (used[0], used[-1]):
        return None
    greatest = best == used[-1]
    neighbour = used[-2] if greatest else used[1]
    value = levels.names[best]
    step = 1 if isinstance(value, int) else abs(value - levels.names[neighbour]) * 1e-3
    if not factors.allows(knob, value + step if greatest else value - step):
        return None
    ahead = per_query[best] - per_query[neighbour]
    return Edge(value, "higher" if greatest else "lower", float(ahead.mean()), *resampler.interval(ahead))


def on_edge(configuration: Mapping[str, Any], configurations: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """The numeric knobs of one configuration that stand at the end of what was swept and could go further.

    Returns:
        (knob, "higher" or "lower": where it could go).
    """
    factors = Factors.of([configuration, *configurations])
    found = []
    for knob in factors.varying:
        value: Any = factors.rows[0].get(knob)
        swept = [row[knob] for row in factors.rows if knob in row]
        if not all(isinstance(each, int | float) for each in (value, *swept)):
            continue
        step = 1 if isinstance(value, int) else (max(swept) - min(swept)) * 1e-3
        for direction, end, beyond in (("higher", max(swept), value + step), ("lower", min(swept), value - step)):
            if value == end and factors.allows(knob, beyond):
                found.append((knob, direction))
    return found
