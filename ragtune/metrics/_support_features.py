"""What `support` is blended of: how much of an answer is there in its passages, and how close together.

Words weigh by what they tell: the square of about how many bits a word's stem is worth among passages in general (see
`_commonness.py`), so that a rare word counts many times what a common one does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from itertools import pairwise

from ragtune.metrics._answer_text import KEPT_TEXTS, content, plain, sentence_spans, stem, words
from ragtune.metrics._commonness import LEVELS, UNLISTED
from ragtune.metrics._figures import facts, numbers
from ragtune.metrics._stop_words import STOP_WORDS

FEATURES = ("information", "window", "best_sentence", "bigrams", "numbers")
WINDOW = 3
"""A window of a passage has so many times as many words as the answer, and at least `FEWEST` of them."""
FEWEST = 10


_ADDRESS = re.compile(r"(?:https?://|www\.)\S+")


class Read:
    """A text as the features see it: addresses of web pages, which passages often begin with, are no words."""

    def __init__(self, text: str, reader: Reader) -> None:
        clean = plain(_ADDRESS.sub(" ", text))
        parts = [words(clean[start:end]) for start, end in sentence_spans(clean)]
        self.words = [word for part in parts for word in part]
        self.kinds = frozenset(self.words)
        self.content = content(self.words)
        self.stems = [stem(word) for word in self.content]
        self.weights = {each: reader.weight(each) for each in set(self.stems)}
        self.places: dict[str, list[int]] = {}
        self.in_sentences: dict[str, list[int]] = {}
        self.sentence_weights: list[float] = []
        self._place(parts, every=len(self.content) == len(self.words))
        self.neighbours = frozenset(pairwise(self.stems)) | frozenset(zip(self.stems, self.stems[2:], strict=False))

    def _place(self, parts: list[list[str]], every: bool) -> None:
        at = 0
        for i, part in enumerate(parts):
            for word in part:
                if every or word not in STOP_WORDS:
                    self.places.setdefault(stem(word), []).append(at)
                at += 1
            kinds = {stem(word) for word in part if every or word not in STOP_WORDS}
            self.sentence_weights.append(sum(self.weights[each] for each in kinds))
            for each in kinds:
                self.in_sentences.setdefault(each, []).append(i)


class Reader:
    """Reads texts, each once. `levels` says how many bits the stems that are common are worth."""

    def __init__(self, levels: Mapping[str, int]) -> None:
        self._levels = levels
        self.read = lru_cache(maxsize=KEPT_TEXTS)(lambda text: Read(text, self))

    def weight(self, word: str) -> float:
        """What a stem weighs."""
        return max(0.5, self._levels.get(word, UNLISTED)) ** 2

    def features(self, answer: str, passages: Sequence[str]) -> tuple[float, ...]:
        """Numbers from 0 to 1, in the order of `FEATURES`; all 0 where there is nothing to compare.

        - information: the weight of the answer's words that are in any passage, as a share.
        - window: the weight of its stems that stand together in a stretch of a passage, as a share; of the best stretch.
        - best_sentence: twice the weight of the stems that it shares with a sentence, over the weight of both; the best.
        - bigrams: the share of its pairs of stems in a row that are in a passage, at most one word between them.
        - numbers: the share of its figures that are in a passage; 1 where it has none.
        """
        asked = self.read(answer)
        given = [self.read(text) for text in passages]
        if not asked.words or not any(each.words for each in given):
            return (0.0,) * len(FEATURES)
        total = sum(asked.weights.values())
        information = _information(asked, given)
        return (
            information,
            max(_window(asked, each) for each in given) / total,
            max(_best_sentence(asked, each, total) for each in given),
            _bigrams(asked, given, information),
            numbers_found(answer, passages),
        )


@cache
def reader() -> Reader:
    """The reader that measures use."""
    return Reader(LEVELS)


def numbers_found(answer: str, passages: Sequence[str]) -> float:
    """The share of an answer's figures that are in any passage; 1 where it has none."""
    said = facts(answer).numbers
    if not said:
        return 1.0
    given = [numbers(text) for text in passages]
    return sum(any(number in there for there in given) for number in said) / len(said)


def _information(asked: Read, given: Sequence[Read]) -> float:
    all_of_it = found = 0.0
    for word, each in zip(asked.content, asked.stems, strict=True):
        weight = asked.weights[each]
        all_of_it += weight
        if any(word in read.kinds for read in given):
            found += weight
    return found / all_of_it


def _window(asked: Read, read: Read) -> float:
    """The weight of the answer's stems in the best stretch of a passage."""
    hits = sorted((at, each) for each in asked.weights for at in read.places.get(each, ()))
    length = max(WINDOW * len(asked.words), FEWEST)
    inside: dict[str, int] = {}
    weight = best = 0.0
    first = 0
    for at, each in hits:
        if not inside.get(each):
            weight += asked.weights[each]
        inside[each] = inside.get(each, 0) + 1
        while hits[first][0] <= at - length:
            left = hits[first][1]
            inside[left] -= 1
            weight -= 0 if inside[left] else asked.weights[left]
            first += 1
        best = max(best, weight)
    return best


def _best_sentence(asked: Read, read: Read, total: float) -> float:
    shared: dict[int, float] = {}
    for each, weight in asked.weights.items():
        for i in read.in_sentences.get(each, ()):
            shared[i] = shared.get(i, 0.0) + weight
    return max((2 * found / (total + read.sentence_weights[i]) for i, found in shared.items()), default=0.0)


def _bigrams(asked: Read, given: Sequence[Read], otherwise: float) -> float:
    pairs = list(pairwise(asked.stems))
    if not pairs:
        return otherwise
    return sum(any(pair in read.neighbours for read in given) for pair in pairs) / len(pairs)
