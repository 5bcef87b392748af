"""Known-item queries: what somebody types who has seen a text before and remembers some of its words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import accumulate
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, PositiveInt

from ragtune.component import register
from ragtune.simulators import Draft, Simulator
from ragtune.simulators._text import passage, pieces, terms
from ragtune.types import Corpus, Document, Evidence, Span

Selection = Literal["popular", "uniform", "discriminative"]


class Weighted:
    """Terms to draw from, each in proportion to its weight."""

    def __init__(self, weights: Mapping[str, float]) -> None:
        self.terms = list(weights)
        self._sums = np.fromiter(accumulate(weights.values()), dtype=np.float64, count=len(weights))

    def draw(self, rng: np.random.Generator) -> str:
        """One term."""
        at = int(np.searchsorted(self._sums, rng.random() * self._sums[-1], side="right"))
        return self.terms[min(at, len(self.terms) - 1)]


class Collection:
    """How often each term stands in all documents: p(t)."""

    def __init__(self, corpus: Corpus) -> None:
        counted: Counter[str] = Counter()
        for document in corpus.documents:
            counted.update(terms(document.text))
        self.counts = counted

    @cached_property
    def weighted(self) -> Weighted:
        """All terms, by how often they occur."""
        return Weighted(self.counts)


@register
class KnownItem(Simulator):
    """Words drawn from a passage, after Azzopardi, de Rijke & Balog 2007, "Building simulated queries for known-item topics".

    A document is picked (`prior: uniform`, or by its `length`) and a passage of about `passage_characters` in it; a
    document no longer than half as much again is taken whole. The number of terms is a Poisson number around
    `length_terms`, two at least. Terms are drawn without replacement from (1 - noise) · p(t|d) + noise · p(t), where p(t)
    is the term's share in all documents and p(t|d), over the terms of the passage: `popular`, its share in the passage;
    `uniform`, the same for each; `discriminative`, in proportion to 1 / p(t). Terms are words in lower case without
    English stop words and numbers. The evidence is the passage, or the whole document. The words come from the text
    itself, so these questions favour matching by words.
    Source: Azzopardi, de Rijke & Balog 2007, Building simulated queries for known-item topics
    """

    selection: Selection = "popular"
    length_terms: Annotated[float, Field(ge=1, le=50)] = 5.0
    noise: Annotated[float, Field(ge=0, lt=1)] = 0.1
    prior: Literal["uniform", "length"] = "length"
    passage_characters: PositiveInt = 250

    def drafts(self, corpus: Corpus, rng: np.random.Generator) -> Iterator[Draft]:
        """One passage after another, for ever."""
        collection = Collection(corpus)
        if not collection.counts:
            return
        lengths = np.array([len(document.text) if self.prior == "length" else 1 for document in corpus.documents])
        sums = np.cumsum(lengths)
        cut: dict[int, list[Span]] = {}
        while True:
            at = int(np.searchsorted(sums, rng.integers(sums[-1]), side="right"))
            document = corpus.documents[at]
            if at not in cut:
                cut[at] = self._pieces(document)
            evidence = self._item(document, cut[at], rng)
            found = self.query(document.text[evidence.start : evidence.end], collection, rng)
            yield Draft(" ".join(found), (evidence,))

    def weights(self, text: str, collection: Collection) -> dict[str, float]:
        """p(t|d) of a passage, but for a factor that all its terms share."""
        counted = Counter(terms(text))
        if self.selection == "popular":
            return {term: float(count) for term, count in counted.items()}
        if self.selection == "uniform":
            return dict.fromkeys(counted, 1.0)
        return {term: 1.0 / collection.counts[term] for term in counted}

    def query(self, text: str, collection: Collection, rng: np.random.Generator) -> list[str]:
        """The terms of one query, in the order drawn; none where the passage has too few to draw from."""
        weights = self.weights(text, collection)
        if len(weights) < self.least_terms:
            return []
        model = Weighted(weights)
        length = 0
        while length < self.least_terms:
            length = int(rng.poisson(self.length_terms))
        drawn: dict[str, None] = {}
        # Passing over what was drawn before is drawing without replacement from the same mixture.
        while len(drawn) < min(length, len(weights)):
            source = collection.weighted if rng.random() < self.noise else model
            drawn[source.draw(rng)] = None
        return list(drawn)

    def _pieces(self, document: Document) -> list[Span]:
        """What passages are made of; nothing for a document that is taken whole."""
        whole = len(document.text) <= 1.5 * self.passage_characters
        return [] if whole else pieces(document.text, self.passage_characters)

    def _item(self, document: Document, parts: list[Span], rng: np.random.Generator) -> Evidence:
        """The known item: a passage, or the document."""
        if not parts:
            return Evidence(document.id)
        span = passage(parts, int(rng.integers(len(parts))), self.passage_characters)
        return Evidence(document.id, span.start, span.end)
