"""Questions written by a language model behind an OpenAI-compatible endpoint."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import ClassVar, Literal, NamedTuple

import numpy as np
from pydantic import PositiveInt

from ragtune import endpoint
from ragtune.component import register
from ragtune.endpoint import Client, delimited, without_thoughts
from ragtune.loop import run, together
from ragtune.simulators import Draft, Simulator
from ragtune.simulators._asking import (
    CHECK,
    TASKS,
    agrees,
    copied_words,
    find_quote,
    is_none,
    read_object,
    text_of,
)
from ragtune.simulators._text import passage, pieces, terms
from ragtune.types import Corpus, Document, Evidence, Span

MOST_BRIDGED = 10
"""A word in more passages than this ties no two of them together."""


class Passage(NamedTuple):
    """A part of a document."""

    document: Document
    span: Span

    @property
    def text(self) -> str:
        """What stands there."""
        return self.document.text[self.span.start : self.span.end]


@register
class AskedOfEndpoint(endpoint.Endpoint, Simulator):
    """A chat model is shown a passage and writes a question about it: `style` factoid, multi-hop or unanswerable.

    `multi-hop` shows two passages that share a rare word and asks for a question that needs both. The model gives the
    answer and a quote from each passage, and the quotes are the evidence. A question is refused when a quote does not
    stand in its passage exactly once, when it copies a run of more than `copied_words_max` words from it (its words would
    give it away), and, with `round_trip`, when the model, asked the question with the same passages again, answers
    something else, or answers an `unanswerable` one at all. Unanswerable questions have no evidence and are tagged: no
    measure of retrieval scores them. Temperature 0; equal seeds show equal passages, and whether the replies are equal
    depends on the endpoint. Nothing is kept between runs: an interrupted one asks again.
    """

    patience: ClassVar[int] = 50

    style: Literal["factoid", "multi-hop", "unanswerable"] = "factoid"
    passage_characters: PositiveInt = 1200
    copied_words_max: PositiveInt = 6
    round_trip: bool = True

    def drafts(self, corpus: Corpus, rng: np.random.Generator) -> Iterator[Draft]:
        """One question a reply; as many passages are asked about at once as the endpoint may be asked."""
        shown = self._shown(corpus, rng)
        client = self.client()
        while batch := list(islice(shown, self.concurrency)):
            yield from run(together, [self._draft(passages, client) for passages in batch])

    def _shown(self, corpus: Corpus, rng: np.random.Generator) -> Iterator[Sequence[Passage]]:
        """What the model is shown, a prompt each, in a random order."""
        size = self.passage_characters
        parts = [
            Passage(d, span)
            for d in corpus.documents
            for span in _partition(pieces(d.text, size), size)
            if terms(d.text)
        ]
        order = rng.permutation(len(parts)).tolist()
        if self.style != "multi-hop":
            yield from ([parts[i]] for i in order)
            return
        holders: dict[str, list[int]] = defaultdict(list)
        for i, part in enumerate(parts):
            for term in sorted(set(terms(part.text))):
                holders[term].append(i)
        for i in order:
            bridges = {t for t in terms(parts[i].text) if 2 <= len(holders[t]) <= MOST_BRIDGED}
            if bridges:
                rarest = min(bridges, key=lambda term: (len(holders[term]), term))
                others = [j for j in holders[rarest] if j != i]
                yield [parts[i], parts[others[int(rng.integers(len(others)))]]]

    async def _draft(self, passages: Sequence[Passage], client: Client) -> Draft:
        """A question that passed all checks, or an empty one."""
        refused = Draft("", ())
        reply = read_object(await _ask(client, TASKS[self.style], delimited([p.text for p in passages], "passage")))
        question, answer = text_of(reply.get("question")), text_of(reply.get("answer"))
        if not question or any(copied_words(question, p.text) > self.copied_words_max for p in passages):
            return refused
        evidence: tuple[Evidence, ...] = ()
        if self.style != "unanswerable":
            quotes = reply.get("quotes")
            if not answer or not isinstance(quotes, list) or len(quotes) != len(passages):
                return refused
            spans = [find_quote(q, p.document.text, p.span) for q, p in zip(quotes, passages, strict=True)]
            evidence = tuple(
                Evidence(p.document.id, span.start, span.end, need=need)
                for need, (p, span) in enumerate(zip(passages, spans, strict=True))
                if span is not None
            )
            if len(evidence) < len(passages):
                return refused
        if self.round_trip and not await self._holds(question, answer, passages, client):
            return refused
        return Draft(question, evidence, (answer,) if evidence else (), (self.style,))

    async def _holds(self, question: str, answer: str, passages: Sequence[Passage], client: Client) -> bool:
        shown = delimited([part.text for part in passages], "passage")
        reply = await _ask(client, CHECK, f"{shown}\n\n{delimited([question], 'question')}")
        return is_none(reply) if self.style == "unanswerable" else agrees(answer, reply)


async def _ask(client: Client, system: str, user: str) -> str:
    messages = [{"role": "system", "content": system}, {"role": "user", "content": user}]
    return without_thoughts((await client.achat(messages, temperature=0.0)).text)


def _partition(parts: Sequence[Span], size: int) -> Iterator[Span]:
    """Passages side by side, so that none is shown twice."""
    at = 0
    while at < len(parts):
        span = passage(parts[at:], 0, size)
        yield span
        while at < len(parts) and parts[at].start < span.end:
            at += 1
