"""How relevant the context is to the query, on ragas' three-point scale."""

from __future__ import annotations

from typing import ClassVar

from ragtune.component import register
from ragtune.metrics._judge_ragas import RagasContextJudge


@register
class RagasContextRelevance(RagasContextJudge):
    """How relevant the context is to the query, on ragas' three-point scale.

    ragas' ContextRelevance, after NVIDIA: two prompts rate the passages, joined, 0, 1 or 2 (two calls); their mean, halved.
    From 0 to 1, higher is better. Both have to be had: ragas itself would take one for the whole. No reference is needed.
    Failures, refusals and empty contexts as `RagasContextJudge` has them.
    Source: https://docs.ragas.io/en/stable/concepts/metrics/available_metrics/nvidia_metrics/
    """

    symbol: ClassVar[str] = "ragas_context_relevance"
    measure: ClassVar[str] = "ContextRelevance"
    takes: ClassVar[tuple[str, ...]] = ("user_input", "retrieved_contexts")
