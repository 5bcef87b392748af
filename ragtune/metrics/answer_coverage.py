"""Whether the answer is there to be found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from ragtune.component import register
from ragtune.metrics._answer_text import Passage, passage, stem
from ragtune.metrics._answers import JudgedAnswer, JudgedAnswers, ReferenceMetric
from ragtune.metrics._support_features import numbers_found
from ragtune.types import Floats


@register
class AnswerCoverage(ReferenceMetric):
    """answer_coverage: how much of the reference answer the packed context holds, whoever answers; the best of several.

    1 where all its words stand in a row in one passage. Else the share of its words, stop words left out and the others cut
    to their stems, that are in any passage, but at most the share of its figures that are. A query that the documents
    do not answer has nothing to be found, and scores 1; without a reference answer it is nan.
    Source: ragtune; DPR's answer string match (Karpukhin et al. 2020), graded
    """

    symbol: ClassVar[str] = "answer_coverage"

    def score(self, judged: JudgedAnswers) -> Floats:  # type: ignore[override]
        """(n_queries,) float64, 0 to 1."""
        return np.array([_best(each) for each in judged], dtype=np.float64)


def _best(each: JudgedAnswer) -> float:
    if not each.reference.answerable:
        return 1.0
    given = [passage(text) for text in each.passages]
    return max((_covered(wanted, given) for wanted in each.reference.answers), default=float("nan"))


def _covered(wanted: str, given: Sequence[Passage]) -> float:
    read = passage(wanted)
    if not read.words:
        return 0.0
    if any(_in_a_row(read.words, there) for there in given):
        return 1.0
    stems = [stem(word) for word in read.content]
    found = sum(any(each in there.stems for there in given) for each in stems) / len(stems)
    return min(found, numbers_found(wanted, [there.text for there in given]))


def _in_a_row(wanted: list[str], there: Passage) -> bool:
    rarest = min(range(len(wanted)), key=lambda i: len(there.places.get(wanted[i], ())))
    begins = (at - rarest for at in there.places.get(wanted[rarest], ()))
    return any(begin >= 0 and there.words[begin : begin + len(wanted)] == wanted for begin in begins)
