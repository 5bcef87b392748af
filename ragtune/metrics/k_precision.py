"""How many words of the answer come from the context."""

from __future__ import annotations

from typing import ClassVar

from ragtune.component import register
from ragtune.metrics._answer_text import passage
from ragtune.metrics._answers import AnswerMetric, JudgedAnswer, JudgedAnswers, per_answer
from ragtune.types import Floats


@register
class KPrecision(AnswerMetric):
    """k_precision: the share of the answer's words, stop words left out, that are in the context.

    Words are lower-cased runs of letters and digits (`_answer_text.py`), each counted as often as the answer has it; a
    word is found where any passage has it, stemming nothing. An answer of English stop words alone is judged by those.
    Failed: nan; refused: 1 if there is no answer to be found, else 0; out of an empty context: 0.
    Source: Adlakha et al. 2023, https://arxiv.org/abs/2307.16877
    """

    symbol: ClassVar[str] = "k_precision"

    def score(self, judged: JudgedAnswers) -> Floats:  # type: ignore[override]
        """(n_queries,) float64, 0 to 1."""
        return per_answer(judged, _share)


def _share(each: JudgedAnswer) -> float:
    said = passage(each.answer.text).content
    given = [passage(text).kinds for text in each.passages]
    return sum(any(word in kinds for kinds in given) for word in said) / len(said) if said else 0.0
