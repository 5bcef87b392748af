"""Whether an answer is one to the query, as ragas judges it."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import PositiveInt

from ragtune.component import register
from ragtune.embedders import Embedder
from ragtune.embedders.wordllama import Wordllama
from ragtune.endpoint import PartialMemo
from ragtune.metrics._judge_embedding import ragas_embedding
from ragtune.metrics._judge_ragas import RagasAnswerJudge


@register
class RagasAnswerRelevancy(RagasAnswerJudge):
    """Whether an answer is one to the query, as ragas judges it.

    ragas' AnswerRelevancy: the model makes up `questions` questions that the answer would answer (a call each), and the
    score is the mean cosine of their vectors, by `embedder`, to the query's; 0 where the model calls the answer
    noncommittal each time. From -1 to 1, higher is better; whether the answer is right is not asked. At temperature 0 the
    questions are mostly equal: ragas' three need a temperature above it to differ.
    Failures and refusals as `RagasAnswerJudge` has them.
    Source: Es et al. 2023, RAGAS, https://arxiv.org/abs/2309.15217
    """

    symbol: ClassVar[str] = "ragas_answer_relevancy"
    measure: ClassVar[str] = "AnswerRelevancy"
    takes: ClassVar[tuple[str, ...]] = ("user_input", "response")
    lowest: ClassVar[float] = -1.0

    embedder: Embedder = Wordllama()
    questions: PositiveInt = 3

    def options(self, memo: PartialMemo) -> dict[str, Any]:
        """Vectors, and how many questions."""
        return {"embeddings": ragas_embedding(self.embedder, memo), "strictness": self.questions}
