"""Whether the context entails the answer, claim by claim, by a model of natural language inference."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np
from pydantic import Field, PositiveInt

from ragtune.answers import Answers, References
from ragtune.component import Affects, RowMemo, register, work
from ragtune.embedders import _hub
from ragtune.embedders._cross import PairModel, load
from ragtune.errors import StepError
from ragtune.metrics._answer_text import sentences
from ragtune.metrics._answers import JudgedAnswer, JudgedAnswers, JudgeMetric, per_answer, settled
from ragtune.types import Contexts, Corpus, Floats, Queries, Scores

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

_NAME = "metric entailment"


@register
class Entailment(JudgeMetric):
    """entailment: the chance that the best passage entails a sentence of the answer, averaged over its sentences.

    `model` is a cross-encoder of natural language inference: a folder, whose content is part of the key, or a name on the
    Hugging Face hub, whose commit is. It is asked for each passage and each sentence of the answer once, ever; one of its
    classes must be called entailment, and with a single class that is it. It reads the first `max_tokens` of a pair, by
    default as many as it was made for. Code that comes with a model is never run. Failed: nan; refused: 1 if there is
    no answer to be found, else 0; out of an empty context: 0.
    Source: Honovich et al. 2022 (TRUE), https://arxiv.org/abs/2204.04991; best passage as in SummaC (Laban et al. 2022)
    """

    symbol: ClassVar[str] = "entailment"

    model: Annotated[str, Field(min_length=1), Affects()]
    revision: Annotated[str | None, Affects()] = None
    max_tokens: PositiveInt | None = None
    device: Annotated[str | None, Affects()] = None
    batch_size: Annotated[PositiveInt, Affects()] = 32

    def key(self, verb: str) -> str:
        """With the content of the folder, or the commit on the hub."""
        return super().key(verb) + _hub.fingerprint(_NAME, self.model, self.revision)

    @work(keep="row", online=False)
    def judge(
        self,
        queries: Queries,
        answers: Answers,
        contexts: Contexts,
        corpus: Corpus,
        references: References,
        *,
        memo: RowMemo,
    ) -> Scores:
        """(1, n_queries), 0 to 1."""
        judged = JudgedAnswers.of(queries, answers, contexts, corpus, references)
        pairs = list(dict.fromkeys(pair for each in judged if settled(each) is None for pair in _pairs(each)))
        rows = memo.rows([_join(*pair) for pair in pairs], self._load) if pairs else []
        chance = dict(zip(pairs, np.frombuffer(b"".join(rows), dtype=np.float32).tolist(), strict=True))
        return Scores(per_answer(judged, lambda each: _mean(each, chance))[None])

    def _load(self) -> _Rows:
        return _Rows(load(_NAME, self.model, self.revision, self.max_tokens, self.device), self.batch_size, str(self))


class _Rows(PairModel):
    """The chance of entailment, a float32 for each pair."""

    def rows(self, texts: Sequence[str]) -> list[bytes]:
        pairs = [_split(text) for text in texts]
        logits = self.predict(pairs).astype(np.float64).reshape(len(pairs), -1)
        for i in np.flatnonzero(~np.isfinite(logits).all(axis=1)).tolist():
            raise StepError(f"{self.name} gave {logits[i]} for the sentence {pairs[i][1][:60]!r}")
        column = _entailing(_classes(self.model), self.name)
        return [np.float32(chance).tobytes() for chance in _chances(logits)[:, column]]


def _classes(model: CrossEncoder) -> dict[int, str]:
    config: Any = model.config
    return dict(config.id2label)


def _entailing(names: dict[int, str], name: str) -> int:
    """Which of the classes means entailment."""
    found = [i for i, label in names.items() if label.lower().startswith("entail")]
    if len(names) == 1:
        return 0
    if len(found) != 1:
        raise StepError(
            f"{name}: the model's classes are {', '.join(names.values())}; one, and one only, has to be called entailment"
        )
    return found[0]


def _chances(logits: Floats) -> Floats:
    """Softmax over the classes; of one class, the logistic function."""
    if logits.shape[1] == 1:
        return np.asarray(1 / (1 + np.exp(-logits)))
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def _pairs(each: JudgedAnswer) -> list[tuple[str, str]]:
    said = sentences(each.answer.text)
    return [(text, sentence) for sentence in said for text in each.passages if text.strip()]


def _mean(each: JudgedAnswer, chance: dict[tuple[str, str], float]) -> float:
    best: dict[str, float] = {}
    for pair in _pairs(each):
        best[pair[1]] = max(best.get(pair[1], 0.0), chance[pair])
    said = sentences(each.answer.text)
    return sum(best.get(sentence, 0.0) for sentence in said) / len(said) if said else 0.0


def _join(passage: str, sentence: str) -> str:
    """A pair as one text that no other pair has: the passage's length tells where it ends."""
    return f"{len(passage)}:{passage}{sentence}"


def _split(pair: str) -> tuple[str, str]:
    length, _, both = pair.partition(":")
    return both[: int(length)], both[int(length) :]
