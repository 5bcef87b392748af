"""Whether citations are to the point."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from ragtune.component import register
from ragtune.metrics._answers import AnswerMetric, JudgedAnswer, JudgedAnswers, per_answer
from ragtune.metrics._citations import statements
from ragtune.types import Floats


@register
class CitationPrecision(AnswerMetric):
    """citation_precision: the share of the answer's citations that are to the point; 0 where there are none.

    A citation is to the point if its sentence is supported by all that is cited for it, and this passage supports it
    by itself or the others do not without it. ALCE asks an NLI model whether passages support a sentence; here they do
    if our own `support` of the sentence by them is at least `threshold`. Failed: nan; refused: 1 if there is no answer to
    be found, else 0. Source: Gao et al. 2023 (ALCE), https://arxiv.org/abs/2305.14627, with another test of support
    """

    symbol: ClassVar[str] = "citation_precision"

    threshold: Annotated[float, Field(gt=0, lt=1)] = 0.5

    def score(self, judged: JudgedAnswers) -> Floats:  # type: ignore[override]
        """(n_queries,) float64, 0 to 1."""
        return per_answer(judged, self._share)

    def _share(self, each: JudgedAnswer) -> float:
        found = [right for statement in statements(each) for right in statement.precise(self.threshold)]
        return sum(found) / len(found) if found else 0.0
