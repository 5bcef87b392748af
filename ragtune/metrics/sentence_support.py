"""Whether each sentence of the answer has one in the context that means much the same."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np

from ragtune.answers import Answers, References
from ragtune.component import Affects, register, work
from ragtune.embedders import Embedder
from ragtune.metrics._answer_text import sentences
from ragtune.metrics._answers import JudgedAnswer, JudgedAnswers, JudgeMetric, per_answer
from ragtune.types import Chunks, Contexts, Corpus, Document, Floats, Queries, Scores, Vectors


@register
class SentenceSupport(JudgeMetric):
    """sentence_support: the cosine of each sentence of the answer with the likest of the context, averaged over the answer.

    Sentences are embedded by `embedder`, as documents; a likeness below 0 counts as 0. Likeness is no proof: a sentence
    and its contradiction are alike. Failed: nan; refused: 1 if there is no answer to be found, else 0; out of an empty
    context: 0. Source: ragtune; the greedy matching is BERTScore's precision (Zhang et al. 2020), by sentence
    """

    symbol: ClassVar[str] = "sentence_support"

    embedder: Annotated[Embedder, Affects()] = "wordllama"  # type: ignore[assignment]

    @work(keep="no", online=False)
    def embedder_corpus(
        self, queries: Queries, answers: Answers, contexts: Contexts, corpus: Corpus, references: References
    ) -> Corpus:
        """All sentences of answers and contexts, a document each."""
        judged = JudgedAnswers.of(queries, answers, contexts, corpus, references)
        return Corpus(tuple(Document(str(i), text) for i, text in enumerate(_texts(judged))))

    @work(keep="no", online=False)
    def embedder_chunks(self, embedder_corpus: Corpus) -> Chunks:
        """Each sentence is one chunk."""
        n = np.arange(len(embedder_corpus.documents), dtype=np.int64)
        ends = np.array([len(document.text) for document in embedder_corpus.documents], dtype=np.int64)
        return Chunks(n, np.zeros_like(n), ends)

    @work(keep="row", online=False)
    def judge(
        self,
        queries: Queries,
        answers: Answers,
        contexts: Contexts,
        corpus: Corpus,
        references: References,
        embedder: Vectors,
    ) -> Scores:
        """(1, n_queries), 0 to 1."""
        judged = JudgedAnswers.of(queries, answers, contexts, corpus, references)
        place = {text: i for i, text in enumerate(_texts(judged))}
        lengths = np.linalg.norm(embedder.matrix, axis=1, keepdims=True)
        unit = embedder.matrix / np.where(lengths > 0, lengths, 1)
        return Scores(per_answer(judged, lambda each: _likeness(each, place, unit))[None])


def _texts(judged: JudgedAnswers) -> list[str]:
    """The sentences, each distinct one once, in the order in which they come."""
    read = (text for each in judged for text in (each.answer.text, *each.passages))
    return list(dict.fromkeys(sentence for text in dict.fromkeys(read) for sentence in sentences(text)))


def _likeness(each: JudgedAnswer, place: dict[str, int], unit: Floats) -> float:
    said = [place[text] for text in sentences(each.answer.text)]
    given = [place[sentence] for text in each.passages for sentence in sentences(text)]
    if not said or not given:
        return 0.0
    return float(np.clip((unit[said] @ unit[given].T).max(axis=1), 0, 1).mean())
