"""Exact search: all products of all vectors, the best of each row."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np

from ragtune.retrievers import top
from ragtune.types import Floats, Ranking, Vectors

_BLOCK = 1 << 24
"""Scores held at a time, so that memory does not grow with queries × chunks."""
_known: WeakKeyDictionary[Vectors, Floats] = WeakKeyDictionary()
"""Lengths of the rows of matrices in memory, so that a single query does not wait for them."""


def nearest(vectors: Vectors, query_vectors: Vectors, depth: int, *, cosine: bool = False) -> Ranking:
    """The `depth` chunks of the greatest dot product with each query; of the greatest cosine, where lengths differ from 1.

    Products are divided by the lengths, not the rows beforehand: what was exact stays so, and no copy is made.
    """
    if not len(vectors.matrix):  # of no known dimension
        return top(np.zeros((len(query_vectors.matrix), 0)), depth)
    step = max(1, _BLOCK // max(1, len(vectors.matrix)))
    lengths, query_lengths = (_lengths(v) if cosine else None for v in (vectors, query_vectors))
    parts = []
    for i in range(0, len(query_vectors.matrix), step):
        scores = query_vectors.matrix[i : i + step] @ vectors.matrix.T
        if lengths is not None:
            scores = scores / lengths
        if query_lengths is not None:
            scores = scores / query_lengths[i : i + step, None]
        parts.append(top(scores, depth))
    if not parts:
        return top(np.zeros((0, len(vectors.matrix))), depth)
    return Ranking(np.concatenate([p.chunk for p in parts]), np.concatenate([p.score for p in parts]))


def unit(vectors: Vectors) -> Vectors:
    """Rows scaled to unit length; rows that have it, and zeros, stay as they are to the bit."""
    lengths = _lengths(vectors)
    return vectors if lengths is None else Vectors((vectors.matrix / lengths[:, None]).astype(np.float32))


def _lengths(vectors: Vectors) -> Floats | None:
    """Of the rows, 1 for zero rows; None where all are 1."""
    found = _known.get(vectors)
    if found is None:
        norms = np.linalg.norm(vectors.matrix, axis=1)
        norms[norms == 0] = 1
        found = _known[vectors] = norms
    return None if np.all(np.abs(found - 1) < 1e-3) else found
