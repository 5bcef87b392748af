"""Further features that `support` could be blended of, each with its reason; tried by `support_trials`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise

import numpy as np

from benchmarks._grounded_data import Claim
from ragtune.metrics._answer_text import passage, plain, sentences, words
from ragtune.metrics._commonness import UNLISTED
from ragtune.metrics._figures import facts
from ragtune.metrics._support_features import FEATURES, Read, Reader
from ragtune.types import Floats

CANDIDATES = ("k_precision", "passage", "rarest", "near", "characters", "new", "unlikely", "denial", "names")
"""Beside `FEATURES`.

- k_precision: the share of its words that are found; all count alike, so no list of common words is needed.
- passage: the weight of its stems in the best single passage: several passages find words by chance.
- rarest: the share of its rarest stems that are found: one that is missing says more than many that are there.
- near: the share of its neighbouring stems that stand within `NEAR` words of each other, in any order: paraphrases turn.
- characters: the share of its runs of four characters that are found: compounds, misspellings, inflections.
- new: `information` of what the question does not say itself: the question's words tell nothing of the claim.
- unlikely: `information`, where a word counts less the likelier it is found in so long a context by chance.
- denial: 1 where the answer and the sentence that shares most with it both deny something, or neither does; else 0.
- names: the share of its names whose words are all in one passage; 1 where it has none.
"""
ALL = (*FEATURES, *CANDIDATES)
NEAR = 5
TYPICAL, FEWEST = 100, 10
"""Words of a context that `_commonness` was counted in, about; fewest words that a context counts as."""
_DENIALS = frozenset(
    {"no", "not", "never", "none", "neither", "nor", "without", "cannot", "nothing", "nobody", "nowhere"}
)


def candidates_of(claimed: Sequence[Claim], levels: Mapping[str, int]) -> Floats:
    """(n, n_all) float64, in the order of `ALL`."""
    reader = Reader(levels)
    return np.array([(*reader.features(c.response, c.passages), *_further(c, reader, levels)) for c in claimed])


def _further(claim: Claim, reader: Reader, levels: Mapping[str, int]) -> tuple[float, ...]:
    asked = reader.read(claim.response)
    given = [reader.read(text) for text in claim.passages]
    if not asked.words or not any(each.words for each in given):
        return (0.0,) * len(CANDIDATES)
    bits = {each: max(0.5, float(levels.get(each, UNLISTED))) for each in asked.weights}
    found = {each for each in asked.weights if any(each in read.places for read in given)}
    return (
        sum(any(word in read.kinds for read in given) for word in asked.content) / len(asked.content),
        max(_weight(asked, [each for each in asked.weights if each in read.places]) for read in given),
        _share(found, [each for each in bits if bits[each] == max(bits.values())]),
        _near(asked, given),
        _characters(claim),
        _new(asked, found, reader.read(claim.question)),
        _unlikely(bits, found, sum(len(read.content) for read in given)),
        _denial(claim, asked, reader),
        _names(claim),
    )


def _weight(asked: Read, stems: Sequence[str]) -> float:
    return sum(asked.weights[each] for each in stems) / sum(asked.weights.values())


def _share(found: set[str], wanted: Sequence[str]) -> float:
    return sum(each in found for each in wanted) / len(wanted)


def _near(asked: Read, given: Sequence[Read]) -> float:
    pairs = [(a, b) for a, b in pairwise(asked.stems) if a != b]
    if not pairs:
        return 1.0
    met = (any(_meet(read.places.get(a, ()), read.places.get(b, ())) for read in given) for a, b in pairs)
    return sum(met) / len(pairs)


def _meet(first: Sequence[int], second: Sequence[int]) -> bool:
    """Whether two rising lists have places within `NEAR` of each other."""
    i = j = 0
    while i < len(first) and j < len(second):
        if abs(first[i] - second[j]) <= NEAR:
            return True
        i, j = (i + 1, j) if first[i] < second[j] else (i, j + 1)
    return False


def _characters(claim: Claim) -> float:
    said = _runs(" ".join(passage(claim.response).content))
    there = frozenset[str]().union(*map(_runs_of, claim.passages))
    return len(said & there) / len(said) if said else 0.0


@cache
def _runs_of(text: str) -> frozenset[str]:
    return _runs(" ".join(passage(text).content))


def _runs(text: str) -> frozenset[str]:
    padded = f" {text} "
    return frozenset(padded[i : i + 4] for i in range(len(padded) - 3))


def _new(asked: Read, found: set[str], question: Read) -> float:
    wanted = [each for each in asked.weights if each not in question.places] or list(asked.weights)
    return sum(asked.weights[e] for e in wanted if e in found) / sum(asked.weights[e] for e in wanted)


def _unlikely(bits: Mapping[str, float], found: set[str], length: int) -> float:
    def surprise(each: str, of: int) -> float:
        return -math.log2(1 - (1 - 2 ** -bits[each]) ** (max(of, FEWEST) / TYPICAL))

    return sum(surprise(each, length) for each in bits if each in found) / sum(surprise(each, FEWEST) for each in bits)


def _denial(claim: Claim, asked: Read, reader: Reader) -> float:
    nearest, most = "", -1.0
    for text in claim.passages:
        for sentence in sentences(plain(text)):
            shared = sum(weight for each, weight in asked.weights.items() if each in reader.read(sentence).places)
            if shared > most:
                nearest, most = sentence, shared
    return float(_denies(claim.response) == _denies(nearest))


def _denies(text: str) -> bool:
    return any(word in _DENIALS or word.endswith("n't") for word in words(text))


def _names(claim: Claim) -> float:
    said = facts(claim.response).names
    if not said:
        return 1.0
    given = [passage(text).kinds for text in claim.passages]
    return sum(any(kinds.issuperset(name) for kinds in given) for name in said) / len(said)
