"""The answer as a subsequence of the context."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from ragtune.component import register
from ragtune.metrics._answer_text import Passage, passage
from ragtune.metrics._answers import AnswerMetric, JudgedAnswer, JudgedAnswers, per_answer
from ragtune.types import Floats


@register
class RougeLPrecision(AnswerMetric):
    """rouge_l_precision: the longest common subsequence of the words of answer and context, over the answer's words.

    The passages are read as one text in their order; all words count, nothing is stemmed. Failed: nan; refused: 1 if
    there is no answer to be found, else 0; out of an empty context: 0.
    Source: Lin 2004, https://aclanthology.org/W04-1013
    """

    symbol: ClassVar[str] = "rouge_l_precision"

    def score(self, judged: JudgedAnswers) -> Floats:  # type: ignore[override]
        """(n_queries,) float64, 0 to 1."""
        return per_answer(judged, _share)


def _share(each: JudgedAnswer) -> float:
    said = passage(each.answer.text).words
    return common(said, [passage(text) for text in each.passages]) / len(said) if said else 0.0


def common(said: Sequence[str], given: Sequence[Passage]) -> int:
    """Length of the longest common subsequence, a bit for each word said (Hyyrö 2004): only words of both cost time."""
    bits: dict[str, int] = {}
    for i, word in enumerate(said):
        bits[word] = bits.get(word, 0) | 1 << i
    full = (1 << len(said)) - 1
    row = full
    for read in given:
        hits = sorted((at, mask) for word, mask in bits.items() for at in read.places.get(word, ()))
        for _, mask in hits:
            met = row & mask
            row = (row + met | row - met) & full
    return len(said) - row.bit_count()
