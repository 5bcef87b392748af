"""Share of an answer's statements that can be inferred from the context, as ragas judges it."""

from __future__ import annotations

from typing import ClassVar

from ragtune.component import register
from ragtune.metrics._judge_ragas import RagasAnswerJudge


@register
class RagasFaithfulness(RagasAnswerJudge):
    """Share of an answer's statements that can be inferred from the context, as ragas judges it.

    ragas' Faithfulness: the model takes the answer apart into statements (one call) and says of each whether the passages,
    joined, entail it (one call). From 0 to 1, higher is better. An answer in which it finds no statement has no score.
    Failures, refusals and empty contexts as `RagasAnswerJudge` has them.
    Source: Es et al. 2023, RAGAS, https://arxiv.org/abs/2309.15217
    """

    symbol: ClassVar[str] = "ragas_faithfulness"
    measure: ClassVar[str] = "Faithfulness"
    takes: ClassVar[tuple[str, ...]] = ("user_input", "response", "retrieved_contexts")
