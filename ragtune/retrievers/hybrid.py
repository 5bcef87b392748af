"""Several rankings fused into one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, PositiveInt

from ragtune.component import Affects, register, work
from ragtune.retrievers import Retriever
from ragtune.types import Floats, Ints, Ranking, Value


@dataclass(frozen=True, eq=False)
class Pool(Value):
    """What any of the rankings found: per query its chunks, rising, and each ranking's score and place for them.

    `chunk` is (n_queries, width) int32, -1 for none; `score` (n_rankings, n_queries, width) float64, nan where a ranking
    lacks the chunk; `place` likewise, from 1, inf where it lacks it.
    """

    chunk: Ints
    score: Floats
    place: Floats


@register
class Hybrid(Retriever):
    """Fuses the rankings of `retrievers`.

    `fusion: rrf` is reciprocal rank fusion, the sum of 1 / (rrf_k + rank) (Cormack et al. 2009). `fusion: weighted` is a
    weighted sum of normalised scores: `alpha` is the weight of the last retriever, the others share 1 - alpha.
    `normalization` works per query on what each retriever ranked: `min-max` to [0, 1]; `z-score`, mean 0 and deviation 1;
    `dbsf`, mean ± 3 deviations to [0, 1] (Qdrant's distribution-based score fusion). A chunk that a retriever did not
    rank counts as its lowest score there (for dbsf: 0).
    """

    retrievers: Annotated[tuple[Retriever, ...], Affects()] = Field(
        default=("bm25", "dense"),  # type: ignore[arg-type]
        min_length=2,
    )
    fusion: Annotated[Literal["rrf", "weighted"], Affects({"rank"})] = "rrf"
    rrf_k: Annotated[PositiveInt, Affects({"rank"})] = 60
    alpha: Annotated[float, Field(ge=0, le=1), Affects({"rank"})] = 0.5
    normalization: Annotated[Literal["min-max", "z-score", "dbsf"], Affects({"rank"})] = "min-max"

    def ignored(self) -> frozenset[str]:
        """Each fusion has its own knobs."""
        return frozenset({"alpha", "normalization"} if self.fusion == "rrf" else {"rrf_k"})

    @work(keep="no")
    def pool(self, *retrievers: Ranking) -> Pool:
        """Bring the rankings side by side. The same for every fusion, so it is computed once for all of them."""
        ids = np.concatenate([ranking.chunk for ranking in retrievers], axis=1)
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
        score = np.full((len(retrievers), len(ids), width), np.nan)
        place = np.full(score.shape, np.inf)
        at = 0
        for i, ranking in enumerate(retrievers):
            depth = ranking.chunk.shape[1]
            found = ranking.chunk >= 0
            row = np.broadcast_to(rows, found.shape)[found]
            columns = target[:, at : at + depth][found]
            score[i, row, columns] = ranking.score[found]
            place[i, row, columns] = np.broadcast_to(np.arange(1, depth + 1), found.shape)[found]
            at += depth
        return Pool(chunk, score, place)

    @work(keep="no")
    def rank(self, pool: Pool) -> Ranking:
        """Fused scores, best first; ties by rising chunk index, which is the order they come in."""
        fused = self._rrf(pool) if self.fusion == "rrf" else self._weighted(pool)
        fused[pool.chunk < 0] = -np.inf
        order = np.argsort(-fused, axis=1, kind="stable")[:, : self.depth]
        chunk, score = np.take_along_axis(pool.chunk, order, 1), np.take_along_axis(fused, order, 1)
        short = self.depth - chunk.shape[1]
        if short > 0:
            chunk = np.pad(chunk, ((0, 0), (0, short)), constant_values=-1)
            score = np.pad(score, ((0, 0), (0, short)), constant_values=-np.inf)
        return Ranking(chunk.astype(np.int32), score)

    def _rrf(self, pool: Pool) -> Floats:
        fused: Floats = (1.0 / (self.rrf_k + pool.place)).sum(axis=0)
        return fused

    def _weighted(self, pool: Pool) -> Floats:
        others = len(self.retrievers) - 1
        weights = [(1 - self.alpha) / others] * others + [self.alpha]
        fused = np.zeros(pool.chunk.shape)
        for weight, scores in zip(weights, pool.score, strict=True):
            fused += weight * normalize(scores, self.normalization)
        return fused


def normalize(scores: Floats, how: str) -> Floats:
    """Per-query normalised scores of one retriever, (n_queries, width), nan where it ranked nothing."""
    there = ~np.isnan(scores)
    count = np.maximum(there.sum(axis=1, keepdims=True), 1)
    filled = np.where(there, scores, 0.0)
    low = np.where(there, scores, np.inf).min(axis=1, keepdims=True, initial=np.inf)
    if how == "min-max":
        high = np.where(there, scores, -np.inf).max(axis=1, keepdims=True, initial=-np.inf)
        width = high - low
        # One score, or all alike: they are all the best there is.
        scaled = np.divide(filled - low, width, out=np.ones_like(filled), where=(width > 0) & there)
        return np.where(there, scaled, 0.0)
    mean = filled.sum(axis=1, keepdims=True) / count
    spread = np.sqrt(np.where(there, (filled - mean) ** 2, 0.0).sum(axis=1, keepdims=True) / count)
    if how == "dbsf":
        scaled = np.divide(filled - (mean - 3 * spread), 6 * spread, out=np.full_like(filled, 0.5), where=spread > 0)
        return np.where(there, np.clip(scaled, 0.0, 1.0), 0.0)
    centred = np.where(there, filled, np.where(np.isfinite(low), low, 0.0)) - mean
    scored: Floats = np.divide(centred, spread, out=np.zeros_like(filled), where=spread > 0)
    return scored
