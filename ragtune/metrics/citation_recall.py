"""Whether statements are supported by what is cited for them."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from ragtune.component import register
from ragtune.metrics._answers import AnswerMetric, JudgedAnswer, JudgedAnswers, per_answer
from ragtune.metrics._citations import statements
from ragtune.types import Floats


@register
class CitationRecall(AnswerMetric):
    """citation_recall: the share of the answer's sentences that all passages cited for them, together, support.

    A sentence without a citation is not supported. ALCE asks an NLI model whether passages support a sentence; here they
    do if our own `support` of the sentence by them is at least `threshold`. Failed: nan; refused: 1 if there is no answer
    to be found, else 0. Source: Gao et al. 2023 (ALCE), https://arxiv.org/abs/2305.14627, with another test of support
    """

    symbol: ClassVar[str] = "citation_recall"

    threshold: Annotated[float, Field(gt=0, lt=1)] = 0.5

    def score(self, judged: JudgedAnswers) -> Floats:  # type: ignore[override]
        """(n_queries,) float64, 0 to 1."""
        return per_answer(judged, self._share)

    def _share(self, each: JudgedAnswer) -> float:
        found = [statement.supported(self.threshold) for statement in statements(each)]
        return sum(found) / len(found) if found else 0.0
