"""Metrics say how well the evidence of each query was brought: a value a query, higher better unless they say otherwise.

Measures of a *ranking* look at its first `k` results; measures of a *context* look at the text that was packed for the
model, or at how much of a reference answer is in it; measures of *answers* look at what a generator made of it, some
with a model as judge; measures of *calls* look at what a caller did with the tools it was shown. A metric is named by its label
(`nDCG@10`, `evidence_recall@5`, `span_precision`), which parses back.
"""

from __future__ import annotations

from ragtune.metrics._answers import (
    AnswerMetric,
    JudgedAnswer,
    JudgedAnswers,
    JudgeMetric,
    ReferenceMetric,
    asks_for_answers,
    per_answer,
    settled,
)
from ragtune.metrics._evaluate import evaluate
from ragtune.metrics._judged import Judged
from ragtune.metrics._metric import Level, Metric, RankMetric, SpanMetric, labels, parse_metric
from ragtune.metrics._scorers import (
    AnswerScorer,
    CallScorer,
    ContextScorer,
    RankingScorer,
    ReferenceScorer,
    ShownScorer,
    ToolCounter,
)
from ragtune.metrics._search import SearchMetric, SearchScorer

__all__ = [
    "AnswerMetric",
    "AnswerScorer",
    "CallScorer",
    "ContextScorer",
    "JudgeMetric",
    "Judged",
    "JudgedAnswer",
    "JudgedAnswers",
    "Level",
    "Metric",
    "RankMetric",
    "RankingScorer",
    "ReferenceMetric",
    "ReferenceScorer",
    "SearchMetric",
    "SearchScorer",
    "ShownScorer",
    "SpanMetric",
    "ToolCounter",
    "asks_for_answers",
    "evaluate",
    "labels",
    "parse_metric",
    "per_answer",
    "settled",
]
