"""The answer is the reference answer."""

from __future__ import annotations

from typing import ClassVar

from ragtune.component import register
from ragtune.metrics import _squad
from ragtune.metrics._answers import AnswerMetric, JudgedAnswers, per_answer
from ragtune.types import Floats


@register
class ExactMatch(AnswerMetric):
    """exact_match: 1 where the answer is one of the reference answers, else 0.

    Compared as SQuAD does: lower case, without punctuation and articles. Failed, or the dataset has no reference answer:
    nan; refused: 1 if there is no answer to be found, else 0; an answer where there is none to be found: 0.
    Source: Rajpurkar et al. 2016 (SQuAD), https://arxiv.org/abs/1606.05250
    """

    symbol: ClassVar[str] = "exact_match"

    def score(self, judged: JudgedAnswers) -> Floats:  # type: ignore[override]
        """(n_queries,) float64, 0 or 1."""
        return per_answer(judged, lambda each: _squad.best(each, _same))


def _same(said: str, wanted: str) -> float:
    return float(_squad.normal(said) == _squad.normal(wanted))
