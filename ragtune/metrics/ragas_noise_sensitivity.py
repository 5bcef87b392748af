"""Share of an answer's statements that are wrong and come from the context, as ragas judges it."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from ragtune.component import register
from ragtune.endpoint import PartialMemo
from ragtune.metrics._judge_ragas import RagasAnswerJudge


@register
class RagasNoiseSensitivity(RagasAnswerJudge):
    """Share of an answer's statements that are wrong and come from the context, as ragas judges it; lower is better.

    ragas' NoiseSensitivity: reference and answer are taken apart into statements (two calls), each passage is asked which
    of both it entails (two calls a passage), and the reference which of the answer's (one call). A statement is wrong
    that the reference does not entail; `passages` says whether it is counted where a passage that is `relevant` (entails some
    of the reference) entails it too, or only `irrelevant` ones do. From 0 to 1. The first reference answer is used. A refusal
    is worth 0 where the documents do not answer and else 1, an answer out of no passages 1.
    Failures as `RagasAnswerJudge` has them.
    Source: https://docs.ragas.io/en/stable/concepts/metrics/available_metrics/noise_sensitivity/
    """

    better: ClassVar[Literal["higher", "lower"]] = "lower"
    symbol: ClassVar[str] = "ragas_noise_sensitivity"
    measure: ClassVar[str] = "NoiseSensitivity"
    takes: ClassVar[tuple[str, ...]] = ("user_input", "response", "reference", "retrieved_contexts")

    passages: Literal["relevant", "irrelevant"] = "relevant"

    def options(self, memo: PartialMemo) -> dict[str, Any]:
        """Which passages count."""
        return {"mode": self.passages}
