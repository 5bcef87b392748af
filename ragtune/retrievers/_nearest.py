"""Exact search: all products of all vectors, the best of each row."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np

from ragtune.types import Floats, Ints, Ranking, Vectors

_BLOCK = 1 << 24
"""Scores held at a time, so that memory does not grow with queries × chunks."""
_ROWS = 1 << 11
"""Vectors held in float64 at a time, that they stay in the processor's cache."""
_ROUNDING = 4e-6
"""More than a float32 product of vectors is wrong by, as a share of the product of their lengths."""
_known: WeakKeyDictionary[Vectors, tuple[Floats, Floats | None]] = WeakKeyDictionary()
"""Lengths of the rows of matrices in memory, so that a single query does not wait for them."""


def nearest(vectors: Vectors, query_vectors: Vectors, depth: int, *, cosine: bool = False) -> Ranking:
    """The `depth` chunks of the greatest dot product with each query; of the greatest cosine, where lengths differ from 1.

    Scores are products summed in float64 and rounded to float32. A float32 product of matrices is rounded otherwise with one
    row than with many, so that near ties would depend on how many queries are asked at once, and an app that asks one would
    not find what the study found. It only says which chunks can be among the best.
    """
    n = len(vectors.matrix)
    chunk = np.full((len(query_vectors.matrix), depth), -1, dtype=np.int32)
    score = np.full(chunk.shape, -np.inf)
    lengths, by = (_lengths(v) if n and cosine else None for v in (vectors, query_vectors))
    step = max(1, _BLOCK // max(1, n))
    for at in range(0, len(chunk) if n else 0, step):
        asked = query_vectors.matrix[at : at + step]
        # Of one query without BLAS, whose threads would wait for each other where requests share the cores.
        scores = asked @ vectors.matrix.T if len(asked) > 1 else np.vecdot(vectors.matrix, asked)[None]
        if lengths is not None:
            scores /= lengths
        slack = _ROUNDING * np.linalg.norm(asked, axis=1) * (_longest(vectors) if lengths is None else 1)
        for i, row in enumerate(scores):
            near = _near(row, depth, float(slack[i]))
            exact = _products(vectors, near, asked[i])
            if lengths is not None:
                exact /= lengths[near]
            if by is not None:
                exact /= by[at + i]
            rounded = exact.astype(np.float32)
            order = np.argsort(-rounded, kind="stable")[:depth]
            chunk[at + i, : len(order)], score[at + i, : len(order)] = near[order], rounded[order]
    return Ranking(chunk, score)


def _near(scores: Floats, depth: int, slack: float) -> Ints:
    """What can be among the best `depth`, by rising place, when the scores may be wrong by `slack`."""
    n = len(scores)
    if n <= depth:
        return np.arange(n)
    return np.flatnonzero(scores >= np.partition(scores, n - depth)[n - depth] - 2 * slack)


def _products(vectors: Vectors, which: Ints, query: Floats) -> Floats:
    """Of some rows with a query in float64, each by itself."""
    asked = query.astype(np.float64)
    parts = (vectors.matrix[which[at : at + _ROWS]].astype(np.float64) for at in range(0, len(which), _ROWS))
    return np.concatenate([np.vecdot(part, asked) for part in parts])


def unit(vectors: Vectors) -> Vectors:
    """Rows scaled to unit length; rows that have it, and zeros, stay as they are to the bit."""
    lengths = _lengths(vectors)
    return vectors if lengths is None else Vectors((vectors.matrix / lengths[:, None]).astype(np.float32))


def _longest(vectors: Vectors) -> float:
    return float(_norms(vectors).max())


def _lengths(vectors: Vectors) -> Floats | None:
    """Of the rows, 1 for zero rows and for those that are as good as 1; None where all are."""
    return _measured(vectors)[1]


def _norms(vectors: Vectors) -> Floats:
    return _measured(vectors)[0]


def _measured(vectors: Vectors) -> tuple[Floats, Floats | None]:
    """The lengths as they are, and as `_lengths` gives them."""
    found = _known.get(vectors)
    if found is None:
        rows = vectors.matrix
        norms = np.empty(len(rows), dtype=np.float32)
        for at in range(0, len(rows), _ROWS):
            norms[at : at + _ROWS] = np.linalg.norm(
                rows[at : at + _ROWS].astype(np.float64), axis=1
            )  # of one as of many
        norms[norms == 0] = 1
        unit = np.abs(norms - 1) < 1e-3
        found = _known[vectors] = norms, None if unit.all() else np.where(unit, np.float32(1), norms)
    return found
