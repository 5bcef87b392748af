"""Retrievers rank the chunks for each query."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import PositiveInt

from ragtune.component import Affects, Component
from ragtune.types import Ranking


class Retriever(Component):
    """Base of the retrievers: a component of this kind has a verb `rank` that returns a `Ranking` of `depth` chunks.

    The parameters of a verb say what it rests on: `chunks`, `corpus`, `queries`, `vectors`, `query_vectors`, the result
    of another verb of the same component by that verb's name, or of the components in a knob by that knob's name.
    """

    kind: ClassVar[str] = "retriever"
    verb: ClassVar[str] = "rank"

    depth: Annotated[PositiveInt, Affects({"rank"})] = 100
    """How many chunks are ranked for each query; everything after works on these."""

    @property
    def least_score(self) -> float:
        """The lowest score there can be, whatever the query: 0 for sums of weights that are never negative."""
        return 0.0


def top(scores: NDArray[np.floating], depth: int, *, matched: NDArray[np.bool_] | None = None) -> Ranking:
    """The best `depth` of (n_queries, n_chunks) scores, ties by rising chunk index; `matched` masks what may be found."""
    n, width = scores.shape
    chunk = np.full((n, depth), -1, dtype=np.int32)
    best = np.full((n, depth), -np.inf)
    if 0 < width <= depth and matched is None:  # all are ranked, as tools are
        order = np.argsort(-scores, axis=1, kind="stable")
        best[:, :width] = np.take_along_axis(scores, order, axis=1)
        chunk[:, :width] = np.where(best[:, :width] > -np.inf, order, -1)
        return Ranking(chunk, best)
    for i in range(n if width else 0):
        row = scores[i] if matched is None else np.where(matched[i], scores[i], -np.inf)
        found = best_of(row, depth)
        found = found[row[found] > -np.inf]
        chunk[i, : len(found)] = found
        best[i, : len(found)] = row[found]
    return Ranking(chunk, best)


def best_of(row: NDArray[np.floating], depth: int) -> NDArray[np.intp]:
    """Where the best `depth` of a row of numbers are, ties by rising place."""
    width = len(row)
    if width > depth:
        # All that equal the last one to get in are candidates, so that ties never depend on luck.
        bound = np.partition(row, width - depth)[width - depth]
        candidates = np.flatnonzero(row >= bound)
        return candidates[np.argsort(-row[candidates], kind="stable")[:depth]]
    return np.argsort(-row, kind="stable")
