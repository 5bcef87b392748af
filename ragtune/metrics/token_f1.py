"""The words of the answer beside those of the reference answer."""

from __future__ import annotations

from typing import ClassVar

from ragtune.component import register
from ragtune.metrics import _squad
from ragtune.metrics._answers import AnswerMetric, JudgedAnswers, per_answer
from ragtune.types import Floats


@register
class TokenF1(AnswerMetric):
    """token_f1: the harmonic mean of precision and recall of the answer's words in the reference answer; the best of several.

    SQuAD's: lower case, without punctuation and articles. Failed, or the dataset has no reference answer: nan; refused: 1
    if there is no answer to be found, else 0; an answer where there is none to be found: 0.
    Source: Rajpurkar et al. 2016 (SQuAD), https://arxiv.org/abs/1606.05250
    """

    symbol: ClassVar[str] = "token_f1"

    def score(self, judged: JudgedAnswers) -> Floats:  # type: ignore[override]
        """(n_queries,) float64, 0 to 1."""
        return per_answer(judged, lambda each: _squad.best(each, _squad.f1))
