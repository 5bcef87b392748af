"""Searching a store as the pipeline searches, and what it loses by it."""

from __future__ import annotations

import numpy as np

from ragtune.retrievers._nearest import nearest
from ragtune.stores._store import Content, Matrix
from ragtune.types import Ranking, Vectors


def rank(content: Content, query_vectors: Vectors, depth: int) -> Ranking:
    """What the retriever `dense` gives, found by a store: places are chunk indices, ties are by rising index."""
    n = len(query_vectors.matrix)
    chunk, score = np.full((n, depth), -1, dtype=np.int32), np.full((n, depth), -np.inf)
    for i, found in enumerate(content.search(query_vectors.matrix, depth)):
        order = np.lexsort((found.place, -found.score))
        chunk[i, : len(order)] = found.place[order]
        score[i, : len(order)] = found.score[order]
    return Ranking(chunk, score)


def overlap(content: Content, vectors: Matrix, queries: Matrix, k: int = 10) -> float:
    """overlap@k: mean share of the exact k nearest that the content finds among its first k (ANN-Benchmarks' recall)."""
    k = min(k, len(vectors))
    exact = nearest(Vectors(vectors), Vectors(queries), k).chunk
    found = rank(content, Vectors(queries), k).chunk
    return float(np.mean([len(set(a) & set(b)) / k for a, b in zip(exact.tolist(), found.tolist(), strict=True)]))
