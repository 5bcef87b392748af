"""Exact search: all products of all vectors, the best of each row."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np

from ragtune.retrievers import top
from ragtune.types import Floats, Ranking, Vectors

_BLOCK = 1 << 24
"""Scores held at a time, so that memory does not grow with queries × chunks."""
_GATHERED = 1 << 22
"""Numbers of candidates' vectors held at a time."""
_ROWS = 1 << 11
"""Rows whose lengths are computed at a time, that they stay in the processor's cache."""
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
    if not n or not len(query_vectors.matrix):  # of no known dimension
        return top(np.zeros((len(query_vectors.matrix), n)), depth)
    step = max(1, _BLOCK // n)
    lengths, asked_lengths = (_lengths(v) if cosine else None for v in (vectors, query_vectors))
    parts = []
    for i in range(0, len(query_vectors.matrix), step):
        asked = query_vectors.matrix[i : i + step]
        # Of one query without BLAS, whose threads would wait for each other where requests share the cores.
        scores = asked @ vectors.matrix.T if len(asked) > 1 else np.vecdot(vectors.matrix, asked)[None]
        if lengths is not None:
            scores /= lengths
        slack = _ROUNDING * np.linalg.norm(asked, axis=1)
        if lengths is None:
            slack *= _longest(vectors)
        width = _candidates(scores, depth, slack)
        by = None if asked_lengths is None else asked_lengths[i : i + step]
        parts.append(_exact(vectors, asked, scores, width, depth, lengths, by))
    return Ranking(np.concatenate([p.chunk for p in parts]), np.concatenate([p.score for p in parts]))


def _candidates(scores: Floats, depth: int, slack: Floats) -> int:
    """How many of each row can be among its best `depth`, when the scores may be wrong by `slack`."""
    n: int = scores.shape[1]
    if n <= depth:
        return n
    last = np.partition(scores, n - depth, axis=1)[:, n - depth]
    widest: int = (scores >= (last - 2 * slack)[:, None]).sum(axis=1).max()
    return widest


def _exact(
    vectors: Vectors, asked: Floats, scores: Floats, width: int, depth: int, lengths: Floats | None, by: Floats | None
) -> Ranking:
    """The best of each row by exact products, of the `width` best by `scores`."""
    rows, n = scores.shape
    dim = asked.shape[1]
    if n + rows * n // 16 <= rows * width * 3 // 2:  # a product of all is cheaper than gathering
        products = asked.astype(np.float64) @ vectors.matrix.T.astype(np.float64)
        return top(_scaled(products, lengths, by), depth)
    near = np.sort(np.argpartition(scores, n - width, axis=1)[:, n - width :], axis=1)
    step = max(1, _GATHERED // (width * dim))
    found = np.concatenate(
        [
            (vectors.matrix[near[i : i + step]].astype(np.float64) @ asked[i : i + step, :, None].astype(np.float64))[..., 0]
            for i in range(0, rows, step)
        ]
    )  # fmt: skip
    ranking = top(_scaled(found, None if lengths is None else lengths[near], by), depth)
    inside = np.take_along_axis(near, np.maximum(ranking.chunk, 0)[:, : min(depth, width)], axis=1)
    chunk = ranking.chunk.copy()
    chunk[:, : inside.shape[1]] = np.where(chunk[:, : inside.shape[1]] >= 0, inside, -1)
    return Ranking(chunk, ranking.score)


def _scaled(products: Floats, lengths: Floats | None, by: Floats | None) -> Floats:
    if lengths is not None:
        products /= lengths
    if by is not None:
        products /= by[:, None]
    return products.astype(np.float32)


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
