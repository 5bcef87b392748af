"""Rankings side by side, their scores made comparable, and the best of what comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator

from ragtune.types import Floats, Ints, Ranking, Value

Normalization = Annotated[
    Literal["min-max", "relative-score", "z-score", "dbsf", "max", "theoretical-min-max"],
    AfterValidator(lambda value: "min-max" if value == "relative-score" else value),
]
"""`relative-score` is Weaviate's name for fusion by min-max."""


@dataclass(frozen=True, eq=False)
class Pool(Value):
    """What any of the rankings found: per query its chunks, rising, and each ranking's score and place for them.

    `chunk` is (n_queries, width) int32, -1 for none; `score` (n_rankings, n_queries, width) float64, nan where a ranking
    lacks the chunk; `place` likewise, from 1, inf where it lacks it.
    """

    chunk: Ints
    score: Floats
    place: Floats


def pool(rankings: Sequence[Ranking]) -> Pool:
    """Bring rankings side by side."""
    ids = np.concatenate([ranking.chunk for ranking in rankings], axis=1)
    rows = np.arange(len(ids))[:, None]
    order = np.argsort(ids, axis=1, kind="stable")
    ids = ids[rows, order]
    new = ids >= 0
    new[:, 1:] &= ids[:, 1:] != ids[:, :-1]
    column = np.cumsum(new, axis=1) - 1
    width = int(column.max(initial=-1)) + 1
    chunk = np.full((len(ids), width), -1, dtype=np.int32)
    chunk[np.nonzero(new)[0], column[new]] = ids[new]
    target = np.empty_like(order)
    target[rows, order] = column
    score = np.full((len(rankings), len(ids), width), np.nan)
    place = np.full(score.shape, np.inf)
    at = 0
    for i, ranking in enumerate(rankings):
        row, rank = np.nonzero(ranking.chunk >= 0)
        columns = target[row, at + rank]
        score[i, row, columns] = ranking.score[row, rank]
        place[i, row, columns] = rank + 1
        at += ranking.chunk.shape[1]
    return Pool(chunk, score, place)


def best(fused: Floats, pooled: Pool, depth: int) -> Ranking:
    """Chunks by fused scores, ties by rising chunk index, which is the order they come in."""
    fused = np.where(pooled.chunk < 0, -np.inf, fused)
    order = np.argsort(-fused, axis=1, kind="stable")[:, :depth]
    rows = np.arange(len(fused))[:, None]
    chunk = np.full((len(fused), depth), -1, dtype=np.int32)
    score = np.full(chunk.shape, -np.inf)
    chunk[:, : order.shape[1]], score[:, : order.shape[1]] = pooled.chunk[rows, order], fused[rows, order]
    return Ranking(chunk, score)


def normalize(scores: Floats, how: str, least: float = 0.0) -> Floats:
    """Per-query normalised scores of one ranking, (n_queries, width), nan where it ranked nothing.

    `least` is the lowest score there can be, which only `theoretical-min-max` asks for.
    """
    there = ~np.isnan(scores)
    if how in ("z-score", "dbsf"):
        return _standardized(scores, there, how)
    filled = np.where(there, scores, 0.0)
    low, high = _lowest(scores), -_lowest(-scores)
    if how == "min-max":
        return _scaled(filled, low, high, there)
    if how == "max":
        return _scaled(filled, np.zeros_like(low), np.maximum(np.abs(high), np.abs(low)), there)
    scaled = _scaled(filled, np.full_like(low, least), high, there)
    return np.where(there, scaled, _lowest(np.where(there, scaled, np.nan)))


def _standardized(scores: Floats, there: NDArray[np.bool_], how: str) -> Floats:
    """In deviations from the mean, a missing one as the lowest; `dbsf` takes three of them to 0 and 1, a missing one to 0."""
    filled = np.where(there, scores, 0.0)
    count = np.maximum(there.sum(axis=1, keepdims=True), 1)
    mean = in_turn(filled) / count
    spread = np.sqrt(in_turn(np.where(there, (filled - mean) ** 2, 0.0)) / count)
    if how == "dbsf":
        scaled = np.divide(filled - (mean - 3 * spread), 6 * spread, out=np.full_like(filled, 0.5), where=spread > 0)
        return np.where(there, np.clip(scaled, 0.0, 1.0), 0.0)
    centred = np.where(there, filled, _lowest(scores)) - mean
    scored: Floats = np.divide(centred, spread, out=np.zeros_like(filled), where=spread > 0)
    return scored


def in_turn(values: Floats) -> Floats:
    """Sums over the last axis, which stays, each added up from the first to the last: zeros at the end change no bit of it."""
    sums: Floats = np.cumsum(values, axis=-1)[..., -1:] if values.shape[-1] else np.zeros((*values.shape[:-1], 1))
    return sums


def _lowest(scores: Floats) -> Floats:
    """Of each row, (n_queries, 1), nan left out; 0 where there is nothing else."""
    low = np.fmin.reduce(scores, axis=1, keepdims=True, initial=np.inf)
    return np.where(np.isfinite(low), low, 0.0)


def _scaled(scores: Floats, low: Floats, high: Floats, there: NDArray[np.bool_]) -> Floats:
    """`low` to 0 and `high` to 1; what is not there to 0. One score, or all alike: they are all the best there is."""
    width = high - low
    scaled = np.divide(scores - low, width, out=np.ones_like(scores), where=width > 0)
    return np.where(there, scaled, 0.0)
