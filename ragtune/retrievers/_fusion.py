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
    order = np.argsort(ids, axis=1, kind="stable")
    ids = np.take_along_axis(ids, order, axis=1)
    new = np.ones(ids.shape, dtype=bool)
    new[:, 1:] = ids[:, 1:] != ids[:, :-1]
    new &= ids >= 0
    column = np.cumsum(new, axis=1) - 1
    width = int(column.max(initial=-1)) + 1
    rows = np.arange(len(ids))[:, None]
    chunk = np.full((len(ids), width), -1, dtype=np.int32)
    chunk[np.nonzero(new)[0], column[new]] = ids[new]
    target = np.empty_like(order)
    np.put_along_axis(target, order, column, axis=1)
    score = np.full((len(rankings), len(ids), width), np.nan)
    place = np.full(score.shape, np.inf)
    at = 0
    for i, ranking in enumerate(rankings):
        depth = ranking.chunk.shape[1]
        found = ranking.chunk >= 0
        row = np.broadcast_to(rows, found.shape)[found]
        columns = target[:, at : at + depth][found]
        score[i, row, columns] = ranking.score[found]
        place[i, row, columns] = np.broadcast_to(np.arange(1, depth + 1), found.shape)[found]
        at += depth
    return Pool(chunk, score, place)


def best(fused: Floats, pooled: Pool, depth: int) -> Ranking:
    """Chunks by fused scores, ties by rising chunk index, which is the order they come in."""
    fused = np.where(pooled.chunk < 0, -np.inf, fused)
    order = np.argsort(-fused, axis=1, kind="stable")[:, :depth]
    chunk, score = np.take_along_axis(pooled.chunk, order, 1), np.take_along_axis(fused, order, 1)
    short = ((0, 0), (0, max(0, depth - chunk.shape[1])))
    chunk = np.pad(chunk, short, constant_values=-1)
    return Ranking(chunk.astype(np.int32), np.pad(score, short, constant_values=-np.inf))


def normalize(scores: Floats, how: str, least: float = 0.0) -> Floats:
    """Per-query normalised scores of one ranking, (n_queries, width), nan where it ranked nothing.

    `least` is the lowest score there can be, which only `theoretical-min-max` asks for.
    """
    there = ~np.isnan(scores)
    filled = np.where(there, scores, 0.0)
    low = np.where(there, scores, np.inf).min(axis=1, keepdims=True, initial=np.inf)
    low = np.where(np.isfinite(low), low, 0.0)
    high = np.where(there, scores, -np.inf).max(axis=1, keepdims=True, initial=-np.inf)
    high = np.where(np.isfinite(high), high, 0.0)
    if how == "min-max":
        return _scaled(filled, low, high, there)
    if how == "max":
        size = np.maximum(np.abs(high), np.abs(low))
        return _scaled(filled, np.zeros_like(low), size, there)
    if how == "theoretical-min-max":
        scaled = _scaled(filled, np.full_like(low, least), high, there)
        lowest = np.where(there, scaled, np.inf).min(axis=1, keepdims=True, initial=np.inf)
        return np.where(there, scaled, np.where(np.isfinite(lowest), lowest, 0.0))
    count = np.maximum(there.sum(axis=1, keepdims=True), 1)
    mean = filled.sum(axis=1, keepdims=True) / count
    spread = np.sqrt(np.where(there, (filled - mean) ** 2, 0.0).sum(axis=1, keepdims=True) / count)
    if how == "dbsf":
        scaled = np.divide(filled - (mean - 3 * spread), 6 * spread, out=np.full_like(filled, 0.5), where=spread > 0)
        return np.where(there, np.clip(scaled, 0.0, 1.0), 0.0)
    centred = np.where(there, filled, low) - mean
    scored: Floats = np.divide(centred, spread, out=np.zeros_like(filled), where=spread > 0)
    return scored


def _scaled(scores: Floats, low: Floats, high: Floats, there: NDArray[np.bool_]) -> Floats:
    """`low` to 0 and `high` to 1; what is not there to 0. One score, or all alike: they are all the best there is."""
    width = high - low
    scaled = np.divide(scores - low, width, out=np.ones_like(scores), where=width > 0)
    return np.where(there, scaled, 0.0)
