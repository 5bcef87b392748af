"""Nearest vectors, by an index that is fast and may miss some."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field, NonNegativeInt, PositiveInt

from ragtune.component import Affects, parse, register, work
from ragtune.retrievers import Retriever
from ragtune.retrievers._approximate import Approximate
from ragtune.retrievers._codes import Codes, Quantization, codes_of, encode, likeness
from ragtune.retrievers._graph import Graph, build, held, walk
from ragtune.retrievers._nearest import unit
from ragtune.types import Floats, Ranking, Vectors


@register
class Ann(Approximate):
    """Chunks by the cosine of their vectors, found by an HNSW graph (Malkov & Yashunin 2018), in full or in fewer bits.

    What it stands for is `dense`, and the metric `exact_overlap` says what it loses. `m` is how many neighbours a vector
    keeps, `ef_construction` how many candidates are looked at when it is put in, `ef_search` how many when a query is
    answered: at least `depth`, so that a small one shows only with a small `depth`. `quantization: int8` keeps a byte a
    number, `binary` a bit. With `rescore: n` the best n × depth by these codes are ordered by the full vectors; 0 trusts
    the codes. One thread builds the graph, so that it is the same each time.
    """

    version: ClassVar[int] = 2
    extra: ClassVar[str] = "ann"

    m: Annotated[PositiveInt, Field(ge=2, le=256), Affects({"graph"})] = 16
    ef_construction: Annotated[PositiveInt, Affects({"graph"})] = 128
    ef_search: Annotated[PositiveInt, Affects({"rank"})] = 64
    quantization: Annotated[Quantization, Affects({"codes", "graph", "rank"})] = "none"
    rescore: Annotated[NonNegativeInt, Affects({"rank"})] = 2

    @property
    def least_score(self) -> float:
        """Of unit vectors that point apart."""
        return -1.0

    @property
    def exact(self) -> Retriever:
        """All products of all vectors."""
        found = parse("retriever", {"dense": {"depth": self.depth}})
        assert isinstance(found, Retriever)
        return found

    def ignored(self) -> frozenset[str]:
        """Full vectors need no second look; a walk looks at as many as it brings.

        A knob that is ignored is not spelt, and is read back as its default, so that this must be too small to count as well.
        """
        unused = {"rescore"} if self.quantization == "none" else set()
        least = max(self.ef_search, type(self).model_fields["ef_search"].default)
        return frozenset(unused | ({"ef_search"} if least <= self._wanted else set()))

    @property
    def _wanted(self) -> int:
        return self.depth * (max(1, self.rescore) if self.quantization != "none" else 1)

    @work(keep="no", online=False)
    def codes(self, vectors: Vectors) -> Codes:
        """What is searched by."""
        return codes_of(unit(vectors).matrix, self.quantization)

    @work(keep="file", online=False)
    def graph(self, codes: Codes) -> Graph:
        """What is walked along."""
        return build(codes, self.quantization, self.m, self.ef_construction)

    @work(keep="file")
    def rank(self, graph: Graph, vectors: Vectors, query_vectors: Vectors) -> Ranking:
        """Walk, then order what was found."""
        asked = unit(query_vectors).matrix
        chunk = np.full((len(asked), self.depth), -1, dtype=np.int32)
        score = np.full((len(asked), self.depth), -np.inf)
        if not len(graph.data):
            return Ranking(chunk, score)
        coded = encode(asked, self.quantization, graph.scale)
        found = walk(graph, coded, self._wanted, max(self.ef_search, self._wanted))
        for i, places in enumerate(found):
            if self.quantization == "none" or self.rescore:
                scores = _cosines(asked[i], vectors.matrix[places])
            else:
                scores = likeness(coded[i], held(graph, places), self.quantization, graph.scale)
            order = np.lexsort((places, -scores))[: self.depth]
            chunk[i, : len(order)], score[i, : len(order)] = places[order], scores[order]
        return Ranking(chunk, score)


def _cosines(query: Floats, others: Floats) -> Floats:
    """Of a unit vector with others, summed in float64 and rounded to float32: alike for any number of them."""
    others = others.astype(np.float64)
    lengths = np.sqrt(np.vecdot(others, others))
    lengths[np.abs(lengths - 1) < 1e-3] = 1
    lengths[lengths == 0] = 1
    products: Floats = np.vecdot(others, query.astype(np.float64)) / lengths
    return products.astype(np.float32).astype(np.float64)
