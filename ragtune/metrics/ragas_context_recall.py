"""Share of the reference answer that the context gives, as ragas judges it."""

from __future__ import annotations

from typing import ClassVar

from ragtune.component import register
from ragtune.metrics._judge_ragas import RagasContextJudge


@register
class RagasContextRecall(RagasContextJudge):
    """Share of the reference answer that the context gives, as ragas judges it.

    ragas' ContextRecall: the model takes the reference answer apart and says of each statement whether it can be attributed to
    the passages (one call). From 0 to 1, higher is better. The first reference answer is used.
    Failures, refusals and empty contexts as `RagasContextJudge` has them.
    Source: Es et al. 2023, RAGAS, https://arxiv.org/abs/2309.15217
    """

    symbol: ClassVar[str] = "ragas_context_recall"
    measure: ClassVar[str] = "ContextRecall"
    takes: ClassVar[tuple[str, ...]] = ("user_input", "retrieved_contexts", "reference")
