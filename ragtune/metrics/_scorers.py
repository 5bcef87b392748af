"""Scorers apply metrics to what a configuration retrieved; they are the last steps of a pipeline."""

from __future__ import annotations

from typing import ClassVar, Self

import numpy as np
from pydantic import model_validator

from ragtune.component import Component, work
from ragtune.metrics._judged import Judged
from ragtune.metrics._metric import Level, Metric
from ragtune.types import Chunks, Contexts, Corpus, Judgments, Ranking, Scores


class _Scorer(Component):
    kind: ClassVar[str] = "scorer"
    level: ClassVar[Level]

    metrics: tuple[Metric, ...]

    @model_validator(mode="after")
    def _of_this_level(self) -> Self:
        strangers = [metric.label for metric in self.metrics if metric.level != self.level]
        if strangers:
            raise ValueError(f"no measures of a {self.level}: {', '.join(strangers)}")
        return self

    def _apply(self, judged: Judged, judgments: Judgments) -> Scores:
        matrix = np.empty((len(self.metrics), int(judgments.n_queries[0])))
        for row, metric in zip(matrix, self.metrics, strict=True):
            row[:] = metric.score(judged)
        return Scores(matrix)


class RankingScorer(_Scorer):
    """Scores a ranking: (n_metrics, n_queries), in the order of `metrics`."""

    name: ClassVar[str] = "ranking"
    level: ClassVar[Level] = "ranking"

    @work(keep="row", online=False)
    def score(self, ranking: Ranking, chunks: Chunks, corpus: Corpus, judgments: Judgments) -> Scores:
        """A value for each metric and query."""
        return self._apply(Judged.of_ranking(ranking, chunks, corpus, judgments), judgments)


class ContextScorer(_Scorer):
    """Scores packed contexts: (n_metrics, n_queries), in the order of `metrics`."""

    name: ClassVar[str] = "context"
    level: ClassVar[Level] = "context"

    @work(keep="row", online=False)
    def score(self, contexts: Contexts, corpus: Corpus, judgments: Judgments) -> Scores:
        """A value for each metric and query."""
        return self._apply(Judged.of_contexts(contexts, corpus, judgments), judgments)
