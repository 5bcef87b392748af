"""Chunks that are relevant and do not repeat what stands above them."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from ragtune.component import Affects, register, work
from ragtune.rerankers import Reranker, reorder
from ragtune.types import Floats, Ranking, Vectors

_BLOCK = 1 << 24
"""Numbers held at a time, so that memory does not grow with the queries."""


@register
class Mmr(Reranker):
    """Maximal marginal relevance (Carbonell & Goldstein 1998), by the vectors of the embedder in its slot.

    One chunk after another is taken: the one with the greatest (1 - diversity) × relevance - diversity × likeness, where
    likeness is the greatest cosine (0 at least) with any chunk taken before. `diversity` is 1 - λ of the paper: at 0
    relevance alone decides. `relevance: ranking` is the score it was found with, scaled per query to [0, 1] over the
    candidates; `relevance: vectors` is the cosine with the query. The new scores are these differences.
    """

    diversity: Annotated[float, Field(ge=0, le=1), Affects({"rerank"})] = 0.3
    relevance: Annotated[Literal["ranking", "vectors"], Affects({"rerank"})] = "ranking"

    @work(keep="file")
    def rerank(self, ranking: Ranking, vectors: Vectors, query_vectors: Vectors) -> Ranking:
        """All queries at once, a place in the ranking at a time."""
        found = self.candidates(ranking)
        width = found.chunk.shape[1]
        step = max(1, _BLOCK // max(1, width * max(width, vectors.matrix.shape[1])))
        scores = np.full(found.chunk.shape, -np.inf)
        for at in range(0, len(scores), step):
            rows = slice(at, at + step)
            some = Ranking(found.chunk[rows], found.score[rows])
            scores[rows] = self._scores(some, vectors.matrix, query_vectors.matrix[rows])
        return reorder(ranking, scores)

    def _scores(self, found: Ranking, matrix: NDArray[np.float32], queries: NDArray[np.float32]) -> Floats:
        """What each candidate was worth when it was taken, (n_queries, n_candidates); they fall in the order of taking."""
        there = found.chunk >= 0
        held = np.zeros((*there.shape, (matrix if len(matrix) else queries).shape[1]), dtype=np.float32)
        if there.any():
            held[there] = matrix[found.chunk[there]]
        likeness = np.maximum(held @ held.transpose(0, 2, 1), 0.0).astype(np.float64)
        if self.relevance == "vectors":
            relevance = np.einsum("qcd,qd->qc", held, queries).astype(np.float64)
        else:
            relevance = scaled(found.score, there)
        taken = np.full(there.shape, -np.inf)
        nearest = np.zeros(there.shape)
        open_ = there.copy()
        rows = np.arange(len(there))
        by_chunk = np.argsort(found.chunk, axis=1, kind="stable")  # of equals the first by index is taken
        for _ in range(there.shape[1]):
            worth = np.where(open_, (1 - self.diversity) * relevance - self.diversity * nearest, -np.inf)
            best = by_chunk[rows, np.argmax(np.take_along_axis(worth, by_chunk, 1), axis=1)]
            some = open_[rows, best]
            taken[rows[some], best[some]] = worth[rows[some], best[some]]
            open_[rows, best] = False
            nearest = np.maximum(nearest, likeness[rows, best])
        return taken


def scaled(scores: Floats, there: NDArray[np.bool_]) -> Floats:
    """Per query to [0, 1]; one score, or all alike, is 1; 0 where there is none."""
    low = np.where(there, scores, np.inf).min(axis=1, keepdims=True, initial=np.inf)
    high = np.where(there, scores, -np.inf).max(axis=1, keepdims=True, initial=-np.inf)
    spread = np.where(high > low, high - low, np.inf)
    above = np.where(there, scores, 0.0) - np.where(np.isfinite(low), low, 0.0)
    result: Floats = np.where(there, np.where(high > low, above / spread, 1.0), 0.0)
    return result
