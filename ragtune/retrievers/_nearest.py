"""Exact search: all products of all vectors, the best of each row."""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from ragtune.retrievers import top
from ragtune.types import Floats, Ints, Ranking, Vectors

_BLOCK = 1 << 24
"""Scores held at a time, so that memory does not grow with queries × chunks."""
_ROWS = 1 << 11
"""Vectors held in float64 at a time, that they stay in the processor's cache."""
_ROUNDING = 4e-6
"""More than a float32 product of vectors is wrong by, as a share of the product of their lengths."""
_SUMMED = 3e-16
"""More than products in float64 differ by from one order of summing to another, as a share of lengths and dimension."""
_SHARE = 8
"""Where one chunk in so many is wanted, a product of all is cheaper than looking for them."""
_known: WeakKeyDictionary[Vectors, tuple[Floats, Floats | None]] = WeakKeyDictionary()
"""Lengths of the rows of matrices in memory, so that a single query does not wait for them."""


def nearest(vectors: Vectors, query_vectors: Vectors, depth: int, *, cosine: bool = False) -> Ranking:
    """The `depth` chunks of the greatest dot product with each query; of the greatest cosine, where lengths differ from 1.

    Scores are products summed in float64, each by itself, and rounded to float32. A product of matrices is rounded otherwise
    with one row than with many, so that near ties would depend on how many queries are asked at once, and an app that asks
    one would not find what the study found. It only says what that product must be, or which chunks can be among the best.
    """
    n, asked = len(vectors.matrix), query_vectors.matrix
    if not n or not len(asked):
        return Ranking(np.full((len(asked), depth), -1, dtype=np.int32), np.full((len(asked), depth), -np.inf))
    lengths, by = (_lengths(v) if cosine else None for v in (vectors, query_vectors))
    every = len(asked) > 1 and n <= _SHARE * depth
    step = max(1, (_BLOCK >> 2 if every else _BLOCK) // n)
    parts = []
    for at in range(0, len(asked), step):
        some = slice(at, at + step)
        scale = _Scale(lengths, None if by is None else by[some])
        parts.append(
            top(_all(vectors, asked[some], scale), depth) if every else _best(vectors, asked[some], scale, depth)
        )
    return Ranking(np.concatenate([p.chunk for p in parts]), np.concatenate([p.score for p in parts]))


@dataclass(frozen=True)
class _Scale:
    """What products are divided by: lengths of the rows, and of the queries; None for 1."""

    lengths: Floats | None
    by: Floats | None

    def of(self, products: Floats, rows: Ints | slice, queries: int | slice) -> Floats:
        """Scores in float32 of products in float64."""
        if self.lengths is not None:
            products /= self.lengths[rows]
        if self.by is not None:
            products /= self.by[queries] if isinstance(queries, int) else self.by[queries, None]
        return products.astype(np.float32)


def _all(vectors: Vectors, asked: Floats, scale: _Scale) -> Floats:
    """(n_queries, n) scores. Most are the same in whatever order they are summed; the others are summed by themselves."""
    rows, queries = vectors.matrix.astype(np.float64), asked.astype(np.float64)
    products = queries @ rows.T
    slack = _SUMMED * rows.shape[1] * np.linalg.norm(queries, axis=1)[:, None] * _longest(vectors)
    every = slice(None)
    scores, high = (scale.of(products + sign * slack, every, every) for sign in (-1, 1))
    doubtful = scores != high
    for i in np.flatnonzero(doubtful.any(axis=1)).tolist():
        these = np.flatnonzero(doubtful[i])
        scores[i, these] = scale.of(_products(vectors, these, asked[i]), these, i)
    return scores


def _best(vectors: Vectors, asked: Floats, scale: _Scale, depth: int) -> Ranking:
    """The best `depth` of a few, which products in float32 tell."""
    chunk = np.full((len(asked), depth), -1, dtype=np.int32)
    score = np.full(chunk.shape, -np.inf)
    # Of one query without BLAS, whose threads would wait for each other where requests share the cores.
    rough = asked @ vectors.matrix.T if len(asked) > 1 else np.vecdot(vectors.matrix, asked)[None]
    if scale.lengths is not None:
        rough /= scale.lengths
    slack = _ROUNDING * np.linalg.norm(asked, axis=1) * (_longest(vectors) if scale.lengths is None else 1)
    for i, row in enumerate(rough):
        near = _near(row, depth, float(slack[i]))
        scores = scale.of(_products(vectors, near, asked[i]), near, i)
        order = np.argsort(-scores, kind="stable")[:depth]
        chunk[i, : len(order)], score[i, : len(order)] = near[order], scores[order]
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
