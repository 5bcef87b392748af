"""Examples like the query, and unlike each other."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field, PositiveInt

from ragtune.answers import Examples, Shots
from ragtune.component import register, work
from ragtune.fewshots import Fewshot, _choosing
from ragtune.types import Floats, Folds, Vectors


@register
class Diverse(Fewshot):
    """`k` of the `among` nearest examples by maximal marginal relevance: like the query, and unlike those already chosen.

    `weight` 1 is `nearest`; the smaller it is, the more differences between examples count. The most similar one, chosen
    first, comes last.
    Source: Carbonell and Goldstein 1998; for prompts, Ye et al. 2023, https://arxiv.org/abs/2302.05698
    """

    k: PositiveInt = 3
    among: PositiveInt = 20
    weight: Annotated[float, Field(ge=0, le=1)] = 0.5

    @work(keep="no")
    def choose(self, query_vectors: Vectors, example_vectors: Vectors, examples: Examples, folds: Folds) -> Shots:
        """(n_queries, k)."""
        similarity = _choosing.likeness(query_vectors, example_vectors)
        near = _choosing.nearest(similarity, _choosing.allowed(examples, folds), max(self.among, self.k))
        rows = [self._spread(similarity[q], example_vectors.matrix, places) for q, places in enumerate(near)]
        return _choosing.shots([places[::-1] for places in rows], self.k)

    def _spread(self, similarity: Floats, vectors: Floats, places: list[int]) -> list[int]:
        chosen: list[int] = []
        likest = np.zeros(len(places))
        left = np.ones(len(places), dtype=bool)
        for _ in range(min(self.k, len(places))):
            value = self.weight * similarity[places] - (1 - self.weight) * likest
            best = int(np.argmax(np.where(left, value, -np.inf)))
            left[best] = False
            chosen.append(places[best])
            alike = vectors[places] @ vectors[places[best]]
            likest = alike if len(chosen) == 1 else np.maximum(likest, alike)
        return chosen
