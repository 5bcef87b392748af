"""The best sentences of the context, without a model."""

from __future__ import annotations

import itertools
import math
import re
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any

from pydantic import Field, PositiveInt

from ragtune.answers import Answer, Answers, Citation, Frame, Frames, passages_of
from ragtune.component import register, work
from ragtune.generators import Generator
from ragtune.types import Contexts, Corpus, Queries

_WORD = re.compile(r"\w+")
_END = re.compile(r"(?<=[.!?…])[\"')\]”]*\s+|(?<=[。！？])|\n(?=\s*(?:\n|[-*#•|>]|\d+[.)]\s))")
_K1, _B = 1.2, 0.75


@register
class Extractive(Generator):
    """Answers with the `sentences` of the packed context that fit the query best, as they stand, in reading order.

    Sentences end at a full stop and white space, at an empty line, and before an item of a list. They are ranked by BM25
    among those of the context, over stemmed words; equal ones by their place. Where the prompt shows examples, the answer
    is as many sentences long as theirs are in the median. Where it asks for citations, each sentence names its passage;
    where it allows a refusal, a context whose best sentence holds less than `threshold` of the query's words, by weight,
    is answered with that. Every word of an answer is the context's own, so that measures of groundedness are high by
    construction; what differs between designs is whether the right sentences were there.
    Source: ragtune, BM25 after Robertson and Zaragoza 2009
    """

    sentences: PositiveInt = 2
    threshold: Annotated[float, Field(ge=0, le=1)] = 0.2

    @work(keep="file")
    def generate(self, queries: Queries, contexts: Contexts, corpus: Corpus, frames: Frames) -> Answers:
        """An answer for each query."""
        passages = passages_of(contexts, corpus, len(queries.texts))
        rows = zip(queries.texts, passages, frames.frames, strict=True)
        return Answers(tuple(self._answer(query, texts, frame) for query, texts, frame in rows))

    def _answer(self, query: str, passages: Sequence[str], frame: Frame) -> Answer:
        sentences = [
            _Placed(row, sentence) for row in frame.rows if row < len(passages) for sentence in _cut(passages[row])
        ]
        scores, covered = _rank(_stems(query), sentences)
        if not sentences or (frame.refusal and covered < self.threshold):
            return Answer(text=frame.refusal, refused=True)
        best = sorted(range(len(sentences)), key=lambda i: (-scores[i], i))[: self._length(frame)]
        return _joined([sentences[i] for i in sorted(best)], cites=frame.cites)

    def _length(self, frame: Frame) -> int:
        if not frame.shots:
            return self.sentences
        return max(1, round(statistics.median(len(_cut(answer)) for _, answer in frame.shots)))


@dataclass(frozen=True)
class _Sentence:
    text: str
    words: Counter[str]
    length: int


@dataclass(frozen=True)
class _Placed:
    """A sentence of a passage: `row` is the passage's place in the context."""

    row: int
    sentence: _Sentence


def _rank(query: Sequence[str], placed: Sequence[_Placed]) -> tuple[list[float], float]:
    """BM25 of each sentence, and the greatest share of the query's words, by weight, that a sentence holds."""
    wanted = dict.fromkeys(query)
    found = Counter(word for each in placed for word in wanted if word in each.sentence.words)
    weight = {word: math.log(1 + (len(placed) - found[word] + 0.5) / (found[word] + 0.5)) for word in wanted}
    mean = sum(each.sentence.length for each in placed) / max(1, len(placed)) or 1.0
    scores, covered, total = [], 0.0, sum(weight.values()) or 1.0
    for each in placed:
        held = [word for word in wanted if word in each.sentence.words]
        norm = _K1 * (1 - _B + _B * each.sentence.length / mean)
        scores.append(
            sum(weight[w] * each.sentence.words[w] * (_K1 + 1) / (each.sentence.words[w] + norm) for w in held)
        )
        covered = max(covered, sum(weight[word] for word in held) / total)
    return scores, covered


def _joined(chosen: Sequence[_Placed], *, cites: bool) -> Answer:
    text = ""
    citations = []
    for each in chosen:
        start = len(text) + bool(text)
        text = f"{text} {each.sentence.text}" if text else each.sentence.text
        citations.append(Citation(start, len(text), each.row))
    return Answer(text, tuple(citations) if cites else ())


@lru_cache(maxsize=20_000)
def _cut(text: str) -> tuple[_Sentence, ...]:
    """The sentences of a passage, which comes again with many queries and designs; those without a word left out."""
    cuts = [0, *(match.end() for match in _END.finditer(text)), len(text)]
    parts = (" ".join(text[start:end].split()) for start, end in itertools.pairwise(cuts))
    return tuple(_Sentence(part, Counter(words), len(words)) for part in parts if (words := _stems(part)))


def _stems(text: str) -> list[str]:
    return [_stem(word) for word in _WORD.findall(text.casefold())]


@lru_cache(maxsize=100_000)
def _stem(word: str) -> str:
    return str(_stemmer().stemWord(word))


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    from Stemmer import Stemmer

    return Stemmer("english")
