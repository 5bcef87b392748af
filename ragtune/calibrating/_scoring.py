"""Scores of labelled answers by any measure of answers, with or without a model."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence

import numpy as np

from ragtune.answers import Answer, Answers, Reference, References
from ragtune.calibrating._labels import Labelled
from ragtune.engine.memo import Memo
from ragtune.engine.workspace import Workspace
from ragtune.errors import InputError
from ragtune.metrics import JudgedAnswer, JudgedAnswers, JudgeMetric, Metric
from ragtune.types import Contexts, Corpus, Document, Floats, Queries

Progress = Callable[[int, int], None]


class Scorer:
    """Scores answers by one measure; what a model says goes through the workspace's row memo, as in a sweep."""

    def __init__(self, metric: Metric, workspace: Workspace, progress: Progress = lambda *_: None) -> None:
        if metric.level not in ("answer", "reference", "judge"):
            raise InputError(f"{metric.label} judges no answers: labels of answers say nothing of it")
        self.metric = metric
        self._workspace = workspace
        self._progress = progress
        self.asked = 0
        """Rows that a model was asked for."""

    def __call__(self, items: Sequence[Labelled]) -> Floats:
        """(n,) as the measure gives them; nan for what could not be judged."""
        if isinstance(self.metric, JudgeMetric):
            return self._judged(items)
        rows = [JudgedAnswer(i.query, Answer(i.answer), i.passages, _reference(i)) for i in items]
        return self.metric.score(JudgedAnswers(rows))  # type: ignore[arg-type]

    def _judged(self, items: Sequence[Labelled]) -> Floats:
        texts = [text for item in items for text in item.passages]
        query = np.repeat(np.arange(len(items)), [len(item.passages) for item in items])
        ends = np.array([len(text) for text in texts], dtype=np.int64)
        places = np.arange(len(texts))
        given = {
            "queries": Queries(tuple(item.query for item in items)),
            "answers": Answers(tuple(Answer(item.answer) for item in items)),
            "corpus": Corpus(tuple(Document(str(i), text) for i, text in enumerate(texts))),
            "contexts": Contexts(query, places, np.zeros_like(places), ends, np.zeros(len(items), np.int64)),
            "references": References(tuple(_reference(item) for item in items)),
        }
        verb = getattr(self.metric, self.metric.verb)
        wanted = inspect.signature(verb).parameters
        strange = sorted(set(wanted) - {*given, "memo"})
        if strange:
            raise InputError(f"{self.metric.label} needs {', '.join(strange)}, which labelled answers do not have")
        memo = Memo(self._workspace.memo, self.metric.key(self.metric.verb), self._progress)
        extra = {"memo": memo} if "memo" in wanted else {}
        scores = verb(**{name: value for name, value in given.items() if name in wanted}, **extra)
        self.asked += memo.computed
        return np.asarray(scores.matrix[0], dtype=np.float64)


def _reference(item: Labelled) -> Reference:
    return Reference(item.references)
