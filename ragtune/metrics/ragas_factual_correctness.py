"""How far an answer says what the reference answer says, as ragas judges it."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from ragtune.component import register
from ragtune.endpoint import PartialMemo
from ragtune.metrics._judge_ragas import RagasAnswerJudge


@register
class RagasFactualCorrectness(RagasAnswerJudge):
    """How far an answer says what the reference answer says, as ragas judges it.

    ragas' FactualCorrectness: the answer is taken apart into claims that are held against the reference, and the reference
    into claims that are held against the answer (four calls; two for precision). `mode` is precision (claims of the answer
    that the reference entails), recall as ragas computes it, or f1, whose recall weighs `beta` times as much. `atomicity`
    and `coverage` say how finely and how completely texts are taken apart. From 0 to 1, to two digits, higher is better.
    The first reference answer is used.
    Failures and refusals as `RagasAnswerJudge` has them.
    Source: https://docs.ragas.io/en/stable/concepts/metrics/available_metrics/factual_correctness/
    """

    symbol: ClassVar[str] = "ragas_factual_correctness"
    measure: ClassVar[str] = "FactualCorrectness"
    takes: ClassVar[tuple[str, ...]] = ("response", "reference")

    mode: Literal["precision", "recall", "f1"] = "f1"
    beta: Annotated[float, Field(gt=0)] = 1.0
    atomicity: Literal["low", "high"] = "low"
    coverage: Literal["low", "high"] = "low"

    def options(self, memo: PartialMemo) -> dict[str, Any]:
        """Its own knobs."""
        return {"mode": self.mode, "beta": self.beta, "atomicity": self.atomicity, "coverage": self.coverage}
