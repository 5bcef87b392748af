"""Examples like the query."""

from __future__ import annotations

from pydantic import PositiveInt

from ragtune.answers import Examples, Shots
from ragtune.component import register, work
from ragtune.fewshots import Fewshot, _choosing
from ragtune.types import Folds, Vectors


@register
class Nearest(Fewshot):
    """The `k` examples whose questions are most like the query, by cosine of the pipeline's embedder.

    The most similar one comes last, next to the question, where models heed it most.
    Source: Liu et al. 2022, https://arxiv.org/abs/2101.06804
    """

    k: PositiveInt = 3

    @work(keep="no")
    def choose(self, query_vectors: Vectors, example_vectors: Vectors, examples: Examples, folds: Folds) -> Shots:
        """(n_queries, k)."""
        similarity = _choosing.likeness(query_vectors, example_vectors)
        chosen = _choosing.nearest(similarity, _choosing.allowed(examples, folds), self.k)
        return _choosing.shots([places[::-1] for places in chosen], self.k)
