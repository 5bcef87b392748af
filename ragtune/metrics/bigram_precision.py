"""How many pairs of words of the answer come from the context."""

from __future__ import annotations

from itertools import pairwise
from typing import ClassVar

from ragtune.component import register
from ragtune.metrics._answer_text import passage
from ragtune.metrics._answers import AnswerMetric, JudgedAnswer, JudgedAnswers, per_answer
from ragtune.types import Floats


@register
class BigramPrecision(AnswerMetric):
    """bigram_precision: the share of the answer's pairs of words in a row that are in a row in a passage of the context.

    All words count, stop words too; a pair counts as often as the answer has it, and is found if any passage has it once.
    An answer of one word is judged by that word. Failed: nan; refused: 1 if there is no answer to be found, else 0; out of
    an empty context: 0. Source: BLEU's n-gram precision (Papineni et al. 2002), unclipped
    """

    symbol: ClassVar[str] = "bigram_precision"

    def score(self, judged: JudgedAnswers) -> Floats:  # type: ignore[override]
        """(n_queries,) float64, 0 to 1."""
        return per_answer(judged, _share)


def _share(each: JudgedAnswer) -> float:
    said = passage(each.answer.text).words
    given = [passage(text) for text in each.passages]
    if len(said) < 2:
        return float(any(word in read.kinds for word in said for read in given))
    pairs = list(pairwise(said))
    return sum(any(pair in read.bigrams for read in given) for pair in pairs) / len(pairs)
