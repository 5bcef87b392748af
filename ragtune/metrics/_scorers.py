"""The steps that end in scores: all metrics of a level at once, on intermediate results they share."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ragtune.component import Component, work
from ragtune.metrics._judged import Judged
from ragtune.metrics._metric import Metric
from ragtune.types import Chunks, Contexts, Corpus, Judgments, Ranking, Scores


class _Scorer(Component):
    kind: ClassVar[str] = "scorer"
    metrics: tuple[Metric, ...]

    def _all(self, judged: Judged) -> Scores:
        return Scores(np.array([metric.score(judged) for metric in self.metrics]))


class RankingScorer(_Scorer):
    """Scores a ranking, whatever is packed from it."""

    name: ClassVar[str] = "ranking"

    @work(keep="row", online=False)
    def score(self, ranking: Ranking, chunks: Chunks, corpus: Corpus, judgments: Judgments) -> Scores:
        """(n_metrics, n_queries), in the order of `metrics`."""
        return self._all(Judged.of_ranking(ranking, chunks, corpus, judgments))


class ContextScorer(_Scorer):
    """Scores the packed contexts."""

    name: ClassVar[str] = "context"

    @work(keep="row", online=False)
    def score(self, contexts: Contexts, corpus: Corpus, judgments: Judgments) -> Scores:
        """(n_metrics, n_queries), in the order of `metrics`."""
        return self._all(Judged.of_contexts(contexts, corpus, judgments))
