"""Rerankers look again at the best chunks of a ranking and reorder them."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from pydantic import PositiveInt

from ragtune.component import Affects, Component, work
from ragtune.types import Floats, Ranking


class Reranker(Component):
    """Base of the rerankers: a component of this kind has a verb `rerank` that returns a `Ranking`.

    It holds the chunks of the ranking it was given, each once, and no others. What is costly takes `candidates` instead
    of `ranking`, so that `depth` is no knob of its own there: what a model made of a pair holds for every depth.
    """

    kind: ClassVar[str] = "reranker"
    verb: ClassVar[str] = "rerank"

    depth: Annotated[PositiveInt, Affects({"candidates", "rerank"})] = 50
    """How many of the ranking are looked at again; the rest follows in the old order."""

    @work(keep="no")
    def candidates(self, ranking: Ranking) -> Ranking:
        """The first `depth` of the ranking."""
        return Ranking(ranking.chunk[:, : self.depth], ranking.score[:, : self.depth])


def reorder(ranking: Ranking, scores: Floats) -> Ranking:
    """The ranking with its first chunks reordered by new scores, (n_queries, up to depth), ties by rising chunk index.

    The rest keeps its order, with scores that go on falling from the lowest of the new ones.
    """
    depth = scores.shape[1]
    head = ranking.chunk[:, :depth]
    there = head >= 0
    scores = np.where(there, scores, -np.inf)
    order = np.lexsort((np.where(there, head, np.iinfo(np.int32).max), -scores), axis=1)
    rest = ranking.chunk[:, depth:]
    lowest = np.where(there, scores, np.inf).min(axis=1, keepdims=True, initial=np.inf)
    lowest = np.where(np.isfinite(lowest), lowest, 0.0)
    step = np.maximum(1.0, np.abs(lowest) * 1e-9)  # so that it tells even beside a huge score
    falling = lowest - step * np.arange(1, rest.shape[1] + 1)
    rows = np.arange(len(order))[:, None]
    return Ranking(
        np.concatenate([head[rows, order], rest], axis=1),
        np.concatenate([scores[rows, order], np.where(rest >= 0, falling, -np.inf)], axis=1),
    )
