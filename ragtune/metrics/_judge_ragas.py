"""ragas' own measures, with our client, our memo and our accounting of failures under them."""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import Any, ClassVar

import numpy as np

from ragtune.answers import Answer, Answers, References, passages_of
from ragtune.component import work
from ragtune.endpoint import Asking, PartialMemo
from ragtune.errors import MissingModelError
from ragtune.loop import run
from ragtune.metrics._answers import JudgedAnswer, JudgedAnswers, settled
from ragtune.metrics._judge_asking import EndpointJudge, Form, Question, tell
from ragtune.metrics._judge_rounds import Lost, Rounds
from ragtune.types import Contexts, Corpus, Queries, Scores

_MARKS = {"rating": (0, 1, 2), "verdict": (0, 1), "noncommittal": (0, 1), "attributed": (0, 1)}
"""What the fields of ragas' replies may be; its own schemas let them be any whole number."""
_SLACK = 1e-6


class RagasJudge(EndpointJudge):
    """Base of the measures that are ragas' own: its prompts, its arithmetic ("ragas-compatible", version 0.4.3).

    Only what it leaves open is decided here. A reply that never came, is no JSON, or has a rating that there is not, is a
    failed try; where it stays so the query has no score, even where ragas would take the half it has for the whole. A
    score that is no number or out of range is a failure too. Equal prompts within one query are asked as often as ragas
    asks them. Each prompt is answered once, ever. ragas puts passages into its prompts without marks around them:
    `ragtune judge calibrate` tells how far instructions in them move a score.
    """

    extra: ClassVar[str] = "ragas"
    measure: ClassVar[str] = ""
    """The class in `ragas.metrics.collections`."""
    takes: ClassVar[tuple[str, ...]] = ()
    """What it is given, of `user_input`, `response`, `retrieved_contexts`, `reference`."""
    lowest: ClassVar[float] = 0.0

    def options(self, memo: PartialMemo) -> dict[str, Any]:
        """What else its class takes."""
        return {}

    def compute(self, judged: Sequence[JudgedAnswer], known: Sequence[float | None], memo: PartialMemo) -> Scores:
        """(1, n_queries); what is known is not asked."""
        due = [i for i, value in enumerate(known) if value is None]
        scores = np.array([[0.0 if value is None else value for value in known]], dtype=np.float64)
        if not due:
            return scores_of(scores)
        asking = Asking(memo, self.client)
        rounds = Rounds(lambda questions: self.answers(questions, asking), gathered=self.batch)
        make, forms = ragas_measure(self.measure), _Forms()
        options = self.options(memo)

        async def one(each: JudgedAnswer) -> float:
            if "reference" in self.takes and not each.reference.answers:
                raise Lost("there is no reference answer")
            measure = make(llm=_llm(rounds, forms), **options)
            with np.errstate(all="ignore"):
                found = await measure.ascore(**self._given(each))
            value = float(found.value)
            if math.isnan(value) or not self.lowest - _SLACK <= value <= 1 + _SLACK:
                raise Lost(f"ragas came to {value}")
            return min(1.0, max(self.lowest, value))

        found = run(rounds.run, [lambda i=i: one(judged[i]) for i in due])  # type: ignore[misc]
        tell(self.symbol, [value for value in found if isinstance(value, str)], len(due))
        for i, value in zip(due, found, strict=True):
            scores[0, i] = float("nan") if isinstance(value, str) else value
        return scores_of(scores)

    def _given(self, each: JudgedAnswer) -> dict[str, Any]:
        given = {
            "user_input": each.query,
            "response": each.answer.text,
            "retrieved_contexts": list(each.passages),
            "reference": next(iter(each.reference.answers), ""),
        }
        return {name: given[name] for name in self.takes}


class RagasAnswerJudge(RagasJudge):
    """Base of those that judge an answer."""

    @work(keep="row", online=False)
    def judge(
        self,
        queries: Queries,
        answers: Answers,
        contexts: Contexts,
        corpus: Corpus,
        references: References,
        *,
        memo: PartialMemo,
    ) -> Scores:
        """(1, n_queries). What is worth 1 where higher is better is worth 0 where lower is."""
        judged = JudgedAnswers.of(queries, answers, contexts, corpus, references)
        known = [self._known(each) for each in judged]
        turned = [v if v is None or self.better == "higher" else 1 - v for v in known]
        return self.compute(judged, turned, memo)

    def _known(self, each: JudgedAnswer) -> float | None:
        value = settled(each)
        if value is not None:
            return value
        unfounded = "retrieved_contexts" in self.takes and not each.passages
        uncalled = "reference" in self.takes and not each.reference.answerable
        return 0.0 if unfounded or uncalled else None


class RagasContextJudge(RagasJudge):
    """Base of those that judge a context.

    Where the documents do not answer a query, a measure that needs a reference answer is 1: there is nothing to be found.
    No passages at all are worth 1 to such a query, and 0 to any other.
    """

    @work(keep="row", online=False)
    def judge(
        self, queries: Queries, contexts: Contexts, corpus: Corpus, references: References, *, memo: PartialMemo
    ) -> Scores:
        """(1, n_queries)."""
        packed = passages_of(contexts, corpus, len(queries.texts))
        rows = zip(queries.texts, packed, references.references, strict=True)
        judged = [JudgedAnswer(query, Answer(), given, best) for query, given, best in rows]
        return self.compute(judged, [self._known(each) for each in judged], memo)

    def _known(self, each: JudgedAnswer) -> float | None:
        if not each.reference.answerable and ("reference" in self.takes or not each.passages):
            return 1.0
        return None if each.passages else 0.0


def scores_of(matrix: Any) -> Scores:
    """(1, n_queries)."""
    return Scores(np.asarray(matrix, dtype=np.float64))


def load_ragas(module: str) -> Any:
    """A module of ragas, which reports nothing home."""
    os.environ["RAGAS_DO_NOT_TRACK"] = "true"
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingModelError(f"measures of ragas need ragas ({error}): pip install 'ragtune[ragas]'") from None


def ragas_measure(name: str) -> Callable[..., Any]:
    """A class of `ragas.metrics.collections`."""
    made: Callable[..., Any] = getattr(load_ragas("ragas.metrics.collections"), name)
    return made


class _Forms(dict[type, Form]):
    """The form of a reply for each of ragas' models of one, made once."""

    def __missing__(self, model: Any) -> Form:
        self[model] = Form(model.__name__, model.model_json_schema(), _wrong_marks)
        return self[model]


def _wrong_marks(value: Any) -> str:
    if isinstance(value, list):
        return next(filter(None, map(_wrong_marks, value)), "")
    if not isinstance(value, Mapping):
        return ""
    for name, inner in value.items():
        if name in _MARKS and inner not in _MARKS[name]:
            return f"{name} {inner} is none of {_MARKS[name]}"
    return next(filter(None, map(_wrong_marks, value.values())), "")


def _llm(rounds: Rounds, forms: _Forms) -> Any:
    """One query's model, as ragas sees it."""
    return _llm_class()(rounds, forms)


@cache
def _llm_class() -> Any:
    base: Any = load_ragas("ragas.llms.base").InstructorBaseRagasLLM

    class Llm(base):  # type: ignore[misc]
        """Asks through the rounds, and counts equal prompts."""

        def __init__(self, rounds: Rounds, forms: _Forms) -> None:
            self._rounds, self._forms = rounds, forms
            self._seen: Counter[str] = Counter()

        def generate(self, prompt: str, response_model: Any) -> Any:
            """Not how the measures ask."""
            raise NotImplementedError("asked by agenerate alone")

        async def agenerate(self, prompt: str, response_model: Any) -> Any:
            """The reply as the model of it that ragas has."""
            question = Question((("user", prompt),), self._forms[response_model], self._seen[prompt])
            self._seen[prompt] += 1
            reply = await self._rounds.reply(question)
            if isinstance(reply, str):
                raise Lost(reply)
            return response_model.model_validate(reply)

    return Llm
