"""Answers beside their contexts and references: what the measures of answers share."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ragtune import spelling
from ragtune.answers import Answer, Answers, Reference, References, passages_of
from ragtune.component import Component
from ragtune.metrics._metric import Level, Metric
from ragtune.types import Contexts, Corpus, Floats, Queries


@dataclass(frozen=True)
class JudgedAnswer:
    """One answer, with all that it is judged by. `passages` are the texts that it was made from."""

    query: str
    answer: Answer
    passages: tuple[str, ...]
    reference: Reference

    @property
    def refused(self) -> bool:
        """Whether nothing was answered: said so, or said nothing."""
        return self.answer.refused or not self.answer.text.strip()


class JudgedAnswers(Sequence[JudgedAnswer]):
    """The answers to all queries."""

    def __init__(self, rows: Sequence[JudgedAnswer]) -> None:
        self._rows = tuple(rows)

    @classmethod
    def of(
        cls, queries: Queries, answers: Answers, contexts: Contexts, corpus: Corpus, references: References
    ) -> JudgedAnswers:
        """From the values of the engine; an answer that brings passages of its own is judged by those."""
        packed = passages_of(contexts, corpus, len(queries.texts))
        given = (p if a.passages is None else a.passages for a, p in zip(answers.answers, packed, strict=True))
        rows = zip(queries.texts, answers.answers, given, references.references, strict=True)
        return cls([JudgedAnswer(*row) for row in rows])

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, i: Any) -> Any:
        return self._rows[i]


class AnswerMetric(Metric):
    """Base of the measures of answers that need no model.

    What all of them have in common: an answer that failed is not scored (nan); a refusal, or an empty answer, is worth 1
    to a query that the documents do not answer and 0 to any other; an answer out of an empty context rests on nothing.
    """

    takes_cutoff: ClassVar[bool] = False

    @property
    def level(self) -> Level:
        """The answers."""
        return "answer"

    @property
    def label(self) -> str:
        """The symbol, with the knobs that are not at their default, which parses back."""
        return _spelled(self)


class ReferenceMetric(Metric):
    """Base of the measures of a context by the answers that the dataset has, whoever answers."""

    takes_cutoff: ClassVar[bool] = False

    @property
    def level(self) -> Level:
        """The context, by reference answers."""
        return "reference"


class JudgeMetric(Metric):
    """Base of the measures that a model takes part in: each is a step of its own.

    Its verb `judge` gives `Scores` of (1, n_queries). The parameters say what it rests on: `queries`, `answers`,
    `contexts`, `corpus`, `references` (see `JudgedAnswers.of`), and `memo`; a row that a model could not judge is nan,
    and the next run asks for it again. The conventions of `AnswerMetric` hold; what they decide is not asked.
    """

    verb: ClassVar[str] = "judge"
    takes_cutoff: ClassVar[bool] = False

    @property
    def level(self) -> Level:
        """Each by itself."""
        return "judge"

    @property
    def label(self) -> str:
        """The symbol, with the knobs that are not at their default, which parses back: `claim_support(model=…)`."""
        return _spelled(self)

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """What its scores are of, in their order: itself."""
        return (self,)


def _spelled(metric: Metric) -> str:
    spec = Component.spec(metric)
    return metric.symbol if isinstance(spec, str) else spelling.write({metric.symbol: spec[metric.name]})


def per_answer(judged: JudgedAnswers, measure: Callable[[JudgedAnswer], float]) -> Floats:
    """(n_queries,) a number for each answer, by the conventions of `AnswerMetric`; `measure` sees answers with a text."""
    return np.array([_settled(each, measure) for each in judged], dtype=np.float64)


def _settled(each: JudgedAnswer, measure: Callable[[JudgedAnswer], float]) -> float:
    known = settled(each)
    return measure(each) if known is None else known


def settled(each: JudgedAnswer) -> float | None:
    """What an answer is worth whatever the measure; None where the measure has to say."""
    if each.answer.failed:
        return float("nan")
    if each.refused:
        return 0.0 if each.reference.answerable else 1.0
    return None


def asks_for_answers(metric: Metric) -> bool:
    """Whether a measure judges what a generator answered."""
    judges = metric.level == "judge" and "answers" in inspect.signature(type(metric).judge).parameters  # type: ignore[attr-defined]
    return metric.level == "answer" or judges
