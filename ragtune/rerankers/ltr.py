"""A ranking learnt from the judgments, over what all the other systems said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt

from ragtune.component import Affects, register, work
from ragtune.errors import StepError
from ragtune.rerankers import Reranker, _trees, reorder
from ragtune.rerankers._features import Features, Systems, features
from ragtune.rerankers._relevance import grades
from ragtune.retrievers import Retriever
from ragtune.types import Chunks, Corpus, Folds, Ints, Judgments, Queries, Ranking, Value

_ORDER = 1e-7
"""Trees give many chunks one score; by this much a place, the old order decides among them."""


@dataclass(frozen=True, eq=False)
class Models(Value):
    """Models as LightGBM's text, end to end, and where each ends, (n_folds + 1,).

    For each fold there is one learnt from the others; the last, for queries of no fold, is learnt from all.
    """

    text: NDArray[np.uint8]
    end: Ints

    @classmethod
    def of(cls, models: list[str]) -> Models:
        """From the texts."""
        data = [model.encode() for model in models]
        return cls(np.frombuffer(b"".join(data), dtype=np.uint8), np.cumsum([len(d) for d in data], dtype=np.int64))

    def model(self, fold: int) -> str:
        """The text of the one that ranks the queries of a fold, -1 for none."""
        at = fold % len(self.end)
        start = int(self.end[at - 1]) if at else 0
        return self.text[start : int(self.end[at])].tobytes().decode()


@register
class Ltr(Reranker):
    """Learning to rank: LightGBM's LambdaRank (Burges 2010) over how each system scored a chunk, and cheap features.

    Of each of `retrievers` and `rerankers` it sees the score, the score scaled per query, 1 / rank and whether it ranked
    the chunk; `none` among the rerankers is the ranking it reorders. Besides: length and place of the chunk, length of
    the query, share of the query's words in the chunk and in its title and header, and candidates of the same document.
    It learns from the judgments by cross-validation: each query is ranked by a model that never saw it, nor a query of
    equal text; a query of no fold, by one that saw all folds. `trees`, `learning_rate`, `leaves` and `min_data` (chunks
    a leaf must hold) shape the model. Grades above 30 count as 30. Needs the extra `ltr`.
    Source: https://lightgbm.readthedocs.io
    """

    extra: ClassVar[str] = "ltr"

    retrievers: Annotated[tuple[Retriever, ...], Affects()] = Field(
        default=("bm25", "dense"),  # type: ignore[arg-type]
        min_length=1,
    )
    rerankers: Annotated[tuple[Reranker, ...], Affects()] = Field(
        default=("none",),  # type: ignore[arg-type]
        min_length=1,
    )
    trees: Annotated[PositiveInt, Affects({"models"})] = 100
    learning_rate: Annotated[PositiveFloat, Affects({"models"})] = 0.05
    leaves: Annotated[int, Field(ge=2), Affects({"models"})] = 15
    min_data: Annotated[PositiveInt, Affects({"models"})] = 20
    seed: Annotated[NonNegativeInt, Affects({"models"})] = 0

    @work(keep="no")
    def retrieved(self, *retrievers: Ranking) -> Systems:
        """What the retrievers found."""
        return Systems.of(retrievers)

    @work(keep="no")
    def reranked(self, *rerankers: Ranking) -> Systems:
        """What the rerankers made of the ranking."""
        return Systems.of(rerankers)

    @work(keep="file")
    def features(
        self,
        candidates: Ranking,
        retrieved: Systems,
        reranked: Systems,
        chunks: Chunks,
        corpus: Corpus,
        queries: Queries,
    ) -> Features:
        """What is known of each candidate."""
        return features(candidates, [retrieved, reranked], chunks, corpus, queries)

    @work(keep="file", online=False)
    def models(
        self, features: Features, candidates: Ranking, chunks: Chunks, judgments: Judgments, folds: Folds
    ) -> Models:
        """A model for each fold, learnt from the queries of all others that have a relevant candidate; one from all."""
        grade = grades(candidates, chunks, judgments)
        useful = grade.any(axis=1) & (folds.fold >= 0)
        learnable = np.unique(folds.fold[useful])
        if len(learnable) < 2:
            raise StepError(
                f"reranker ltr learns by cross-validation, and of the {len(grade)} queries only {int(useful.sum())}, in "
                f"{len(learnable)} of the folds, may be learnt from and have a relevant chunk among the first "
                f"{self.depth}: judge more queries, or raise depth"
            )
        present = set(folds.fold.tolist())
        models = [
            self._learn(features, candidates, grade, useful & (folds.fold != f)) if f in present or f < 0 else ""
            for f in (*range(max(present) + 1), -1)
        ]
        return Models.of(models)

    @work(keep="file")
    def rerank(
        self, ranking: Ranking, candidates: Ranking, features: Features, models: Models, folds: Folds
    ) -> Ranking:
        """Each query by the model of its own fold."""
        scores = np.full(candidates.chunk.shape, -np.inf)
        for fold in np.unique(folds.fold).tolist():
            there = (candidates.chunk >= 0) & (folds.fold == fold)[:, None]
            if there.any():
                scores[there] = _trees.predict(models.model(fold), features.matrix[there])
        return reorder(ranking, scores - _ORDER * np.arange(candidates.chunk.shape[1]))

    def _learn(self, features: Features, candidates: Ranking, grade: Ints, used: NDArray[np.bool_]) -> str:
        there = (candidates.chunk >= 0) & used[:, None]
        return _trees.learn(
            features.matrix[there],
            grade[there],
            there.sum(axis=1)[used].tolist(),
            trees=self.trees,
            learning_rate=self.learning_rate,
            num_leaves=self.leaves,
            min_data_in_leaf=self.min_data,
            seed=self.seed,
        )
