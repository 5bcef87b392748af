"""What measures of a search see: what the retriever found, and what it would have found without an index that loses some."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ragtune.component import Component, work
from ragtune.metrics._metric import Level, Metric
from ragtune.types import Floats, Ranking, Scores


@dataclass(frozen=True)
class JudgedSearch:
    """Two rankings of the same chunks for the same queries."""

    found: Ranking
    exact: Ranking


class SearchMetric(Metric):
    """Base of the measures of an approximate search; they need no evidence."""

    @property
    def level(self) -> Level:
        """The retriever, before anything is done with what it found."""
        return "search"

    def compare(self, judged: JudgedSearch) -> Floats:
        """(n_queries,) float64."""
        raise NotImplementedError


class SearchScorer(Component):
    """Scores what a retriever found against the same retriever with exact search."""

    kind: ClassVar[str] = "scorer"
    name: ClassVar[str] = "search"
    metrics: tuple[SearchMetric, ...]

    @work(keep="row", online=False)
    def score(self, found: Ranking, exactly_found: Ranking) -> Scores:
        """(n_metrics, n_queries), in the order of `metrics`."""
        judged = JudgedSearch(found, exactly_found)
        return Scores(np.array([metric.compare(judged) for metric in self.metrics]))
