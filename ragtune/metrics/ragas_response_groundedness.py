"""How well an answer is grounded in the context, on ragas' three-point scale."""

from __future__ import annotations

from typing import ClassVar

from ragtune.component import register
from ragtune.metrics._judge_ragas import RagasAnswerJudge


@register
class RagasResponseGroundedness(RagasAnswerJudge):
    """How well an answer is grounded in the context, on ragas' three-point scale.

    ragas' ResponseGroundedness, after NVIDIA: two prompts rate the whole answer 0, 1 or 2 (two calls); their mean, halved.
    From 0 to 1, higher is better. Both have to be had: ragas itself would take one for the whole.
    Failures, refusals and empty contexts as `RagasAnswerJudge` has them.
    Source: https://docs.ragas.io/en/stable/concepts/metrics/available_metrics/nvidia_metrics/
    """

    symbol: ClassVar[str] = "ragas_response_groundedness"
    measure: ClassVar[str] = "ResponseGroundedness"
    takes: ClassVar[tuple[str, ...]] = ("response", "retrieved_contexts")
