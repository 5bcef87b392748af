"""Retrievers rank the chunks for each query."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import PositiveInt

from ragtune.component import Component
from ragtune.types import Ranking


class Retriever(Component):
    """Base of the retrievers: a component of this kind has a verb `rank` that returns a `Ranking` of `depth` chunks.

    The parameters of a verb say what it rests on: `chunks`, `corpus`, `queries`, `vectors`, `query_vectors`, the result
    of another verb of the same component by that verb's name, or of the components in a knob by that knob's name.
    """

    kind: ClassVar[str] = "retriever"
    verb: ClassVar[str] = "rank"

    depth: PositiveInt = 100
    """How many chunks are ranked for each query; everything after works on these."""


def top(scores: NDArray[np.floating], depth: int, *, matched: NDArray[np.bool_] | None = None) -> Ranking:
    """The best `depth` of (n_queries, n_chunks) scores, ties by rising chunk index; `matched` masks what may be found."""
    n, width = scores.shape
    depth_ = min(depth, width)
    chunk = np.full((n, depth), -1, dtype=np.int32)
    best = np.full((n, depth), -np.inf)
    for i in range(n if depth_ else 0):
        row = np.asarray(scores[i], dtype=np.float64)
        if matched is not None:
            row = np.where(matched[i], row, -np.inf)
        bound = np.partition(row, width - depth_)[width - depth_]
        # Everything above the bound is in; of those equal to it the first ones are, so that ties never depend on luck.
        above, equal = np.flatnonzero(row > bound), np.flatnonzero(row == bound)
        found = np.concatenate([above, equal[: depth_ - len(above)]])
        found = found[np.lexsort((found, -row[found]))]
        found = found[row[found] > -np.inf]
        chunk[i, : len(found)] = found
        best[i, : len(found)] = row[found]
    return Ranking(chunk, best)
