"""Which words tell one tool's requests from its rivals'."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ragtune.simulators._text import terms

PRIOR = 10.0
"""How many requests the prior weighs: with fewer of a tool's own, a rare word has to be far more its own to count."""


@dataclass(frozen=True)
class Term:
    """A word, how sure it is the tool's rather than its rivals' (`z`, about normal), and in how many requests of each it is."""

    word: str
    z: float
    own: int
    rivals: int


def distinguishing(own: Sequence[str], rivals: Sequence[str], everything: Sequence[str]) -> list[Term]:
    """The words of a tool's requests, those that tell it best from its rivals first; equal ones by the alphabet.

    Log-odds of a word's being in a request, with an informative Dirichlet prior from all requests, divided by their
    standard error. A request counts a word once.

    Args:
        own: Requests for which the tool is right.
        rivals: Requests for which a rival is.
        everything: All requests, these included; what is common everywhere tells nothing.

    Source: Monroe, Colaresi & Quinn 2008, Fightin' Words, Political Analysis 16
    """
    mine, theirs, common = (Counter(_words(texts)) for texts in (own, rivals, everything))
    total = sum(common.values())
    of_mine, of_theirs = sum(mine.values()), sum(theirs.values())
    weight = PRIOR * total / max(1, len(everything))
    found = []
    for word in mine:
        prior = weight * max(1, common[word]) / max(1, total)
        first, second = mine[word] + prior, theirs[word] + prior
        odds = math.log(first / (of_mine + weight - first)) if of_mine + weight > first else math.inf
        against = math.log(second / (of_theirs + weight - second)) if of_theirs + weight > second else math.inf
        z = (
            (odds - against) / math.sqrt(1 / first + 1 / second)
            if math.isfinite(odds) and math.isfinite(against)
            else 0.0
        )
        found.append(Term(word, z, mine[word], theirs[word]))
    return sorted(found, key=lambda term: (-term.z, term.word))


def _words(texts: Sequence[str]) -> Iterator[str]:
    for text in texts:
        yield from sorted(set(terms(text)))
