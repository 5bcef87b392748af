"""Whether useful passages come first, as ragas judges usefulness."""

from __future__ import annotations

from typing import ClassVar

from ragtune.component import register
from ragtune.metrics._judge_ragas import RagasContextJudge


@register
class RagasContextPrecision(RagasContextJudge):
    """Whether useful passages come first, as ragas judges usefulness.

    ragas' ContextPrecision with reference: the model says of each passage whether it was useful to arrive at the reference
    answer (one call a passage), and the score is the average precision of these verdicts in the order of the passages. From 0 to
    1, higher is better. The first reference answer is used.
    Failures, refusals and empty contexts as `RagasContextJudge` has them.
    Source: https://docs.ragas.io/en/stable/concepts/metrics/available_metrics/context_precision/
    """

    symbol: ClassVar[str] = "ragas_context_precision"
    measure: ClassVar[str] = "ContextPrecision"
    takes: ClassVar[tuple[str, ...]] = ("user_input", "reference", "retrieved_contexts")
