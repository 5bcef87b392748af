"""The steps that end in scores: all metrics of a level at once, on intermediate results they share."""

from __future__ import annotations

import json
from typing import ClassVar

import numpy as np

from ragtune.answers import Answer, Answers, References, passages_of
from ragtune.component import Component, work
from ragtune.metrics._answers import JudgedAnswer, JudgedAnswers
from ragtune.metrics._judged import Judged
from ragtune.metrics._metric import Metric
from ragtune.metrics._tools import JudgedCalls, JudgedShown
from ragtune.tokenizers.cl100k import Cl100k
from ragtune.tools import Cases, Replies, Shown, ToolSet
from ragtune.types import Chunks, Contexts, Corpus, Judgments, Queries, Ranking, Scores


class _Scorer(Component):
    kind: ClassVar[str] = "scorer"
    metrics: tuple[Metric, ...]

    def _all(self, judged: Judged | JudgedShown | JudgedCalls | JudgedAnswers) -> Scores:
        return Scores(np.array([metric.score(judged) for metric in self.metrics]))  # type: ignore[arg-type]


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


class ReferenceScorer(_Scorer):
    """Scores the packed contexts by the answers that the dataset has."""

    name: ClassVar[str] = "reference"

    @work(keep="row", online=False)
    def score(self, queries: Queries, contexts: Contexts, corpus: Corpus, references: References) -> Scores:
        """(n_metrics, n_queries), in the order of `metrics`."""
        passages = passages_of(contexts, corpus, len(queries.texts))
        rows = zip(queries.texts, passages, references.references, strict=True)
        return self._all(JudgedAnswers([JudgedAnswer(query, Answer(), given, best) for query, given, best in rows]))


class AnswerScorer(_Scorer):
    """Scores the answers, by all measures that need no model."""

    name: ClassVar[str] = "answer"

    @work(keep="row", online=False)
    def score(
        self, queries: Queries, answers: Answers, contexts: Contexts, corpus: Corpus, references: References
    ) -> Scores:
        """(n_metrics, n_queries), in the order of `metrics`; nan for a query without an answer."""
        return self._all(JudgedAnswers.of(queries, answers, contexts, corpus, references))


class ShownScorer(_Scorer):
    """Scores the tools that are shown as a ranking, in the order in which they are shown."""

    name: ClassVar[str] = "shown"
    version: ClassVar[int] = 2

    @work(keep="row", online=False)
    def score(self, shown: Shown, toolset: ToolSet, expected: Cases) -> Scores:
        """(n_metrics, n_cases), in the order of `metrics`."""
        return self._all(JudgedShown(shown, toolset, expected.cases))


class CallScorer(_Scorer):
    """Scores the calls that were made."""

    name: ClassVar[str] = "calls"
    version: ClassVar[int] = 2

    @work(keep="row", online=False)
    def score(
        self, replies: Replies, shown: Shown, toolset: ToolSet, original: ToolSet, expected: Cases, tool_tokens: Scores
    ) -> Scores:
        """(n_metrics, n_cases), in the order of `metrics`; nan for a case without a reply."""
        judged = JudgedCalls(replies, shown, toolset, original, expected.cases, tool_tokens.matrix[0])
        return self._all(judged)


class ToolCounter(Component):
    """Counts the tokens of tools."""

    kind: ClassVar[str] = "scorer"
    name: ClassVar[str] = "tool-tokens"

    @work(keep="row", online=False)
    def count(self, toolset: ToolSet) -> Scores:
        """(1, n_tools): tokens of each tool's JSON, as a model is shown it."""
        shown = ([tool.name, tool.description, tool.input_schema] for tool in toolset.tools)
        keys = ("name", "description", "parameters")
        texts = (
            json.dumps(dict(zip(keys, each, strict=True)), ensure_ascii=False, separators=(",", ":")) for each in shown
        )
        return Scores(np.array([[Cl100k().count(text) for text in texts]], dtype=np.float64).reshape(1, -1))
