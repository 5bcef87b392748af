"""Rocchio: the query's vector moved toward what it found first."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt

from ragtune.component import Affects, register, work
from ragtune.retrievers import Retriever, _expansion
from ragtune.retrievers._nearest import nearest, unit
from ragtune.types import Ranking, Vectors


@register
class Rocchio(Retriever):
    """Pseudo-relevance feedback with vectors (Rocchio 1971; Li et al. 2023): `retriever` searches with a moved query.

    The query's vector becomes `alpha` times itself plus `beta` times the mean of its `fb_docs` nearest chunks, at unit
    length; only the ratio of the two matters. What in `retriever` does not look at vectors stays as it is, so that
    `rocchio(retriever=hybrid)` fuses bm25 with the moved dense search.
    """

    version: ClassVar[int] = 2

    retriever: Annotated[Retriever, Affects()] = Field(default="dense", validate_default=True)
    fb_docs: Annotated[PositiveInt, Affects({"first"})] = 3
    alpha: Annotated[PositiveFloat, Affects({"retriever_query_vectors"})] = 0.4
    beta: Annotated[NonNegativeFloat, Affects({"retriever_query_vectors"})] = 0.6

    @property
    def least_score(self) -> float:
        """As of the retriever, whose scores these are."""
        return self.retriever.least_score

    @work(keep="no")
    def first(self, vectors: Vectors, query_vectors: Vectors) -> Ranking:
        """The nearest chunks of the query as it was asked."""
        return nearest(vectors, query_vectors, self.fb_docs)

    @work(keep="no")
    def retriever_query_vectors(self, query_vectors: Vectors, vectors: Vectors, first: Ranking) -> Vectors:
        """The moved queries."""
        found = first.chunk >= 0
        near = (
            np.where(found[:, :, None], vectors.matrix[first.chunk], 0) if len(vectors.matrix) else np.zeros((1, 1, 1))
        )
        mean = near.sum(axis=1) / np.maximum(found.sum(axis=1, keepdims=True), 1)
        moved = self.alpha * query_vectors.matrix.astype(np.float64) + self.beta * mean
        return unit(Vectors(moved.astype(np.float32)))

    @work(keep="no")
    def rank(self, retriever: Ranking) -> Ranking:
        """What the retriever found for them."""
        return _expansion.fit(retriever, self.depth)
