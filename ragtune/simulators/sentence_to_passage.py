"""A sentence as the question, and the text around it as the evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field, PositiveInt

from ragtune.component import register
from ragtune.simulators import Draft, Simulator
from ragtune.simulators._text import around, normal, sentences, stripped, terms
from ragtune.types import Corpus, Document, Evidence, Span


@register
class SentenceToPassage(Simulator):
    """The inverse cloze task (Lee, Chang & Toutanova 2019): a sentence asks for the passage that it stands in.

    The sentence has `least_words` to `most_words` words, and stands only once in all documents. Its passage is what
    surrounds it, whole sentences up to `passage_characters`, the sentence at a random place in it. The sentence itself is
    no evidence but with the probability `keep` (the study kept it in a tenth of the passages), so that finding an exact
    copy brings nothing by itself; what stands before and after it are two pieces of evidence. The documents still hold
    the sentence, though, and a chunk with the sentence mostly holds its neighbours: each of its words is left out of the
    question with the probability `drop`, which limits that leak and does not close it.
    """

    least_terms: ClassVar[int] = 3

    keep: Annotated[float, Field(ge=0, le=1)] = 0.1
    drop: Annotated[float, Field(ge=0, lt=1)] = 0.4
    least_words: PositiveInt = 8
    most_words: PositiveInt = 40
    passage_characters: PositiveInt = 400

    def drafts(self, corpus: Corpus, rng: np.random.Generator) -> Iterator[Draft]:
        """Every sentence that will do, once, in a random order."""
        parts = [sentences(document.text) for document in corpus.documents]
        known = [
            [normal(d.text[s.start : s.end]) for s in spans] for d, spans in zip(corpus.documents, parts, strict=True)
        ]
        times = Counter(words for texts in known for words in texts)
        places = [
            (d, i)
            for d, texts in enumerate(known)
            for i, words in enumerate(texts)
            if times[words] == 1 and self.least_words <= words.count(" ") + 1 <= self.most_words
        ]
        for at in rng.permutation(len(places)).tolist():
            d, i = places[at]
            document = corpus.documents[d]
            evidence = self._evidence(document, parts[d], i, rng)
            text = self._question(document.text[parts[d][i].start : parts[d][i].end], rng)
            if evidence and text:
                yield Draft(text, evidence)

    def _evidence(
        self, document: Document, parts: list[Span], i: int, rng: np.random.Generator
    ) -> tuple[Evidence, ...]:
        """The passage around a sentence, with it or without; nothing where the sentence stands alone."""
        sentence = parts[i]
        room = max(0, self.passage_characters - (sentence.end - sentence.start))
        before = room * rng.random()
        whole = around(parts, i, before, room - before)
        kept = rng.random() < self.keep
        if whole == sentence:
            return ()
        if kept:
            return (Evidence(document.id, whole.start, whole.end),)
        sides = (
            stripped(document.text, whole.start, sentence.start),
            stripped(document.text, sentence.end, whole.end),
        )
        spans = [side for side in sides if side.start < side.end]
        return tuple(Evidence(document.id, side.start, side.end, need=need) for need, side in enumerate(spans))

    def _question(self, sentence: str, rng: np.random.Generator) -> str:
        """The sentence on one line, some words left out; empty where too little is left to ask for anything."""
        words = sentence.split()
        text = " ".join(w for w, chance in zip(words, rng.random(len(words)), strict=True) if chance >= self.drop)
        return text if len(set(terms(text))) >= self.least_terms else ""
