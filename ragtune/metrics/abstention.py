"""Answering what can be answered, and nothing else."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ragtune.component import register
from ragtune.metrics._answers import AnswerMetric, JudgedAnswers
from ragtune.types import Floats


@register
class Abstention(AnswerMetric):
    """abstention: 1 where the right thing was decided, else 0.

    That is to answer, rightly or wrongly, a query that the documents answer, and to say so of one that they do not; an
    empty answer is a refusal. Failed: nan. Source: SQuAD 2.0's no-answer accuracy (Rajpurkar et al. 2018)
    """

    symbol: ClassVar[str] = "abstention"

    def score(self, judged: JudgedAnswers) -> Floats:  # type: ignore[override]
        """(n_queries,) float64, 0 or 1."""
        return np.array(
            [np.nan if each.answer.failed else float(each.refused != each.reference.answerable) for each in judged],
            dtype=np.float64,
        )
