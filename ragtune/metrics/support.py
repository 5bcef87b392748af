"""Our best measure of groundedness that asks no model."""

from __future__ import annotations

from typing import ClassVar

from ragtune.component import register
from ragtune.metrics._answers import AnswerMetric, JudgedAnswers, per_answer
from ragtune.metrics._support import support_of
from ragtune.types import Floats


@register
class Support(AnswerMetric):
    """support: how likely people would say that the context supports the answer, by a blend of measures that need no model.

    A weighted mean of: the answer's information found in the context (rare words count more), in one stretch of a
    passage, and in one sentence; its pairs of words in a row; its figures. On a logistic curve, so that at 0.5 an answer
    is as likely supported as not. The weights were learnt on human labels of AttributionBench (English), see
    `benchmarks/_support_weights.py`. It does not understand: a contradiction in the context's own words scores high.
    Failed: nan; refused: 1 if there is no answer to be found, else 0; out of an empty context: 0.
    Source: ragtune; labels from Li et al. 2024, https://arxiv.org/abs/2402.15089
    """

    symbol: ClassVar[str] = "support"

    def score(self, judged: JudgedAnswers) -> Floats:  # type: ignore[override]
        """(n_queries,) float64, 0 to 1."""
        return per_answer(judged, lambda each: support_of(each.answer.text, each.passages))
