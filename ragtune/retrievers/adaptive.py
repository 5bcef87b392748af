"""Two rankings fused with a weight of each query's own."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field, NonNegativeFloat, PositiveInt

from ragtune.component import Affects, register, work
from ragtune.retrievers import Retriever, _fusion
from ragtune.retrievers._cross_fitting import Coefficients, cross_fit, gains
from ragtune.retrievers._fusion import Normalization, Pool, normalize
from ragtune.types import Chunks, Floats, Folds, Judgments, Queries, Ranking

_LEARNT = Affects({"learn", "rank"})
_AGREE = 10
"""At what depth the two rankings are compared."""


@register
class Adaptive(Retriever):
    """Fuses two rankings as `hybrid` does, with the weight of the last chosen for each query from `alphas`.

    For each alpha a ridge regression (penalty `ridge`) tells from the query what nDCG@`gain_at` to expect of it; the
    alpha that promises most is taken. It looks at each ranking's best score, its lead over the second, the spread of the
    first ten and how many were found, at how many of the two first tens are the same, and at the query's length. The
    regressions are learnt from judged queries by cross-fitting: the queries are in folds, and each is ranked by what was
    learnt from the other folds, never from itself. Without anything to learn from, alpha is the one nearest to 0.5.
    """

    version: ClassVar[int] = 3

    retrievers: Annotated[tuple[Retriever, ...], Affects()] = Field(
        default=("bm25", "dense"),  # type: ignore[arg-type]
        min_length=2,
        max_length=2,
    )
    normalization: Annotated[Normalization, _LEARNT] = "min-max"
    alphas: Annotated[tuple[Annotated[float, Field(ge=0, le=1)], ...], Field(min_length=1), _LEARNT] = (
        0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0,
    )  # fmt: skip
    ridge: Annotated[NonNegativeFloat, Field(gt=0), Affects({"learn"})] = 100.0
    gain_at: Annotated[PositiveInt, Affects({"learn"})] = 10

    @work(keep="no")
    def pool(self, *retrievers: Ranking) -> Pool:
        """Bring the rankings side by side."""
        return _fusion.pool(retrievers)

    @work(keep="file", online=False)
    def learn(self, pool: Pool, queries: Queries, chunks: Chunks, judgments: Judgments, folds: Folds) -> Coefficients:
        """What to expect of each alpha."""
        judged = np.isin(np.arange(len(queries.texts)), judgments.query)
        fused = np.stack([self._fused(pool, np.full(len(judged), alpha)) for alpha in self._grid()])
        targets = gains(pool, fused, chunks, judgments, self.gain_at).T
        return cross_fit(features(pool, queries), targets, folds.fold, judged, self.ridge)

    @work(keep="no")
    def rank(self, pool: Pool, learn: Coefficients, queries: Queries, folds: Folds) -> Ranking:
        """Fused scores by each query's alpha, best first."""
        expected = learn.predict(features(pool, queries), folds.fold)
        alpha = self._grid()[np.argmax(np.round(expected, 9), axis=1)]
        return _fusion.best(self._fused(pool, alpha), pool, self.depth)

    def _grid(self) -> Floats:
        """The alphas, those nearest to 0.5 first: of equal promises the first is taken."""
        return np.array(sorted(set(self.alphas), key=lambda alpha: (abs(alpha - 0.5), alpha)))

    def _fused(self, pool: Pool, alpha: Floats) -> Floats:
        first, last = (
            normalize(scores, self.normalization, retriever.least_score)
            for scores, retriever in zip(pool.score, self.retrievers, strict=True)
        )
        fused: Floats = (1 - alpha)[:, None] * first + alpha[:, None] * last
        return fused


def features(pool: Pool, queries: Queries) -> Floats:
    """(n_queries, 10) float64: what is known of a query before anybody judged it."""
    width = max(_AGREE, pool.chunk.shape[1])
    columns = []
    for scores in pool.score:
        padded = np.pad(scores, ((0, 0), (0, width - scores.shape[1])), constant_values=np.nan)
        falling = -np.sort(-padded, axis=1)[:, :_AGREE]  # nan last
        there = ~np.isnan(falling)
        few = np.maximum(there.sum(axis=1), 1)
        filled = np.where(there, falling, 0.0)
        mean = filled.sum(axis=1) / few
        spread = np.sqrt(np.where(there, (filled - mean[:, None]) ** 2, 0.0).sum(axis=1) / few)
        lead = np.where(there[:, 1], filled[:, 0] - filled[:, 1], 0.0)
        columns += [filled[:, 0], lead, spread, np.log1p((~np.isnan(padded)).sum(axis=1))]
    both = (pool.place[0] <= _AGREE) & (pool.place[1] <= _AGREE)
    columns += [both.sum(axis=1) / _AGREE, np.log1p([len(text.split()) for text in queries.texts])]
    return np.stack([np.asarray(column, dtype=np.float64) for column in columns], axis=1)
