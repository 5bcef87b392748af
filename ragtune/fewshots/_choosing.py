"""What the selectors share: who may be an example for whom, and what a choice looks like."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ragtune.answers import Examples, Shots
from ragtune.types import Floats, Folds, Vectors


def allowed(examples: Examples, folds: Folds) -> NDArray[np.bool_]:
    """(n_queries, n_examples): whether an example is of another part than the query; of any, for queries in no part."""
    mask: NDArray[np.bool_] = folds.fold[:, None] != examples.parts[None, :]
    return mask


def shots(chosen: Sequence[Sequence[int]], k: int) -> Shots:
    """The examples chosen for each query, -1 after the last."""
    rows = np.full((len(chosen), k), -1, dtype=np.int64)
    for row, places in zip(rows, chosen, strict=True):
        row[: len(places)] = places
    return Shots(rows)


def likeness(queries: Vectors, examples: Vectors) -> Floats:
    """(n_queries, n_examples) cosines; nothing is like no example, whose vectors have no width."""
    if not len(examples.matrix):
        return np.zeros((len(queries.matrix), 0))
    cosines: Floats = queries.matrix @ examples.matrix.T
    return cosines


def nearest(similarity: NDArray[np.floating], mask: NDArray[np.bool_], k: int) -> list[list[int]]:
    """The `k` most similar examples that are allowed, most similar first; equal ones by their place."""
    order = np.argsort(np.where(mask, -similarity, np.inf), axis=1, kind="stable")[:, :k]
    return [[int(i) for i in row if mask[q, i]] for q, row in enumerate(order)]
