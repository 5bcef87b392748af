"""Several rankings fused into one."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, NonNegativeFloat, PositiveInt, model_validator

from ragtune.component import Affects, register, work
from ragtune.retrievers import Retriever, _fusion
from ragtune.retrievers._fusion import Normalization, Pool, normalize
from ragtune.types import Floats, Ranking


@register
class Hybrid(Retriever):
    """Fuses the rankings of `retrievers`, two or more.

    `fusion: rrf` is reciprocal rank fusion, the sum of 1 / (rrf_k + rank) (Cormack et al. 2009). `fusion: weighted` is a
    weighted sum of normalised scores. `weights` has a number for each retriever, for either fusion. Without it rrf counts
    all alike, and in a weighted sum `alpha` is the weight of the last retriever, the others share 1 - alpha.
    `normalization` works per query on what each retriever ranked: `min-max` to [0, 1] (Weaviate's and LlamaIndex's
    relative-score fusion); `max`, by the greatest score; `theoretical-min-max`, from the lowest score there can be, 0 for
    words and -1 for cosines (Bruch et al. 2023); `z-score`, mean 0 and deviation 1; `dbsf`, mean ± 3 deviations to [0, 1]
    (Qdrant's distribution-based score fusion). A chunk that a retriever did not rank counts as its lowest score there
    (for max and dbsf: 0).
    """

    version: ClassVar[int] = 2

    retrievers: Annotated[tuple[Retriever, ...], Affects()] = Field(
        default=("bm25", "dense"),  # type: ignore[arg-type]
        min_length=2,
    )
    fusion: Annotated[Literal["rrf", "weighted"], Affects({"rank"})] = "rrf"
    rrf_k: Annotated[PositiveInt, Affects({"rank"})] = 60
    alpha: Annotated[float, Field(ge=0, le=1), Affects({"rank"})] = 0.5
    weights: Annotated[tuple[NonNegativeFloat, ...] | None, Affects({"rank"})] = None
    normalization: Annotated[Normalization, Affects({"rank"})] = "min-max"

    @model_validator(mode="after")
    def _a_weight_for_each(self) -> Self:
        if self.weights is not None and len(self.weights) != len(self.retrievers):
            raise ValueError(f"weights has {len(self.weights)} numbers for {len(self.retrievers)} retrievers")
        if self.weights is not None and not any(self.weights):
            raise ValueError("weights are all 0")
        return self

    def ignored(self) -> frozenset[str]:
        """Each fusion has its own knobs."""
        if self.fusion == "rrf":
            return frozenset({"alpha", "normalization"})
        return frozenset({"rrf_k"} if self.weights is None else {"rrf_k", "alpha"})

    @work(keep="no")
    def pool(self, *retrievers: Ranking) -> Pool:
        """Bring the rankings side by side. The same for every fusion, so it is computed once for all of them."""
        return _fusion.pool(retrievers)

    @work(keep="no")
    def rank(self, pool: Pool) -> Ranking:
        """Fused scores, best first."""
        fused = self._rrf(pool) if self.fusion == "rrf" else self._weighted(pool)
        return _fusion.best(fused, pool, self.depth)

    def _rrf(self, pool: Pool) -> Floats:
        weights = np.array(self.weights if self.weights is not None else [1.0] * len(self.retrievers))
        fused: Floats = (weights[:, None, None] / (self.rrf_k + pool.place)).sum(axis=0)
        return fused

    def _weighted(self, pool: Pool) -> Floats:
        fused = np.zeros(pool.chunk.shape)
        for weight, scores, retriever in zip(self._shares(), pool.score, self.retrievers, strict=True):
            fused += weight * normalize(scores, self.normalization, retriever.least_score)
        return fused

    def _shares(self) -> list[float]:
        """What each retriever counts in a weighted sum; they sum to 1."""
        if self.weights is not None:
            return [weight / sum(self.weights) for weight in self.weights]
        others = len(self.retrievers) - 1
        return [(1 - self.alpha) / others] * others + [self.alpha]
