"""Nearest vectors, exactly."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from ragtune.component import Affects, register, work
from ragtune.retrievers import Retriever
from ragtune.retrievers._nearest import nearest
from ragtune.types import Ranking, Vectors


@register
class Dense(Retriever):
    """All chunks by their vector's likeness to the query's; exact, no index whose losses would look like tuning.

    `similarity: cosine` looks at directions alone. `dot` counts lengths too, as some models were trained for; it differs
    only where an embedder keeps them (`normalize: false` of sentence-transformers).
    """

    version: ClassVar[int] = 3

    similarity: Annotated[Literal["cosine", "dot"], Affects({"rank"})] = "cosine"

    @property
    def least_score(self) -> float:
        """Of unit vectors that point apart."""
        return -1.0

    @work(keep="file")
    def rank(self, vectors: Vectors, query_vectors: Vectors) -> Ranking:
        """Matrix product, then the best of each row."""
        return nearest(vectors, query_vectors, self.depth, cosine=self.similarity == "cosine")
