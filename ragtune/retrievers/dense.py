"""Nearest vectors, exactly."""

from __future__ import annotations

import numpy as np

from ragtune.component import register, work
from ragtune.retrievers import Retriever, top
from ragtune.types import Ranking, Vectors

_BLOCK = 1 << 24
"""Scores held at a time, so that memory does not grow with queries × chunks."""


@register
class Dense(Retriever):
    """All chunks by the cosine of their vector with the query's; exact, no index whose losses would look like tuning."""

    @work(keep="file")
    def rank(self, vectors: Vectors, query_vectors: Vectors) -> Ranking:
        """Matrix product, then the best of each row."""
        step = max(1, _BLOCK // max(1, len(vectors.matrix)))
        parts = [
            top(query_vectors.matrix[i : i + step] @ vectors.matrix.T, self.depth)
            for i in range(0, len(query_vectors.matrix), step)
        ]
        if not parts:
            return top(np.zeros((0, len(vectors.matrix))), self.depth)
        return Ranking(np.concatenate([p.chunk for p in parts]), np.concatenate([p.score for p in parts]))
