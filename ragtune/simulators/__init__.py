"""Simulators make questions up, with evidence, from documents alone: for data that nobody has asked anything yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ragtune.component import Component
from ragtune.simulators._text import normal, terms
from ragtune.types import Corpus, Evidence, Query

MOST_CHARACTERS = 500


@dataclass(frozen=True)
class Draft:
    """A question that a recipe proposes."""

    text: str
    evidence: tuple[Evidence, ...]
    answers: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


class Simulator(Component):
    """Base of the simulators. Most override `drafts`, which proposes questions for as long as it can."""

    kind: ClassVar[str] = "simulator"
    least_terms: ClassVar[int] = 2
    """Words other than stop words and numbers that a question needs to ask for anything."""

    patience: ClassVar[int] = 2_000
    """Drafts in a row that may be refused before the documents count as exhausted."""

    def simulate(self, corpus: Corpus, n: int, seed: int) -> list[Query]:
        """Up to `n` questions; fewer where the documents hold no more.

        The same documents, knobs and seed give the same questions, and asking for more of them adds to the end. No two
        have the same words. Drafts of stop words only, and very long ones, are passed over.
        """
        found: list[Query] = []
        seen: set[str] = set()
        refused = 0
        if n < 1:
            return found
        for draft in self.drafts(corpus, np.random.default_rng(seed)):
            words = normal(draft.text)
            if words in seen or len(draft.text) > MOST_CHARACTERS or len(set(terms(draft.text))) < self.least_terms:
                refused += 1
                if refused >= self.patience:
                    break
                continue
            seen.add(words)
            refused = 0
            id = f"{self.name}-{len(found) + 1:04d}"
            found.append(Query(id, draft.text, draft.evidence, draft.answers, draft.tags, str(self)))
            if len(found) == n:
                break
        return found

    def drafts(self, corpus: Corpus, rng: np.random.Generator) -> Iterator[Draft]:
        """Questions in a random order; it may go on for ever."""
        raise NotImplementedError
