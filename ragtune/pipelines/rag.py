"""Retrieval for generation: chunker → embedder → retriever → reranker → context (→ prompt → generator) → scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from ragtune.chunkers import Chunker
from ragtune.component import Component, parse
from ragtune.contexts import Context
from ragtune.embedders import Embedder
from ragtune.engine.step import Step, closure
from ragtune.generators import Generator
from ragtune.metrics import AnswerScorer, ContextScorer, Metric, RankingScorer, ReferenceScorer, SearchScorer
from ragtune.pipelines.data import DataSteps, ExampleTexts
from ragtune.pipelines.wiring import Sources, wire
from ragtune.prompts import PromptMaker
from ragtune.rerankers import Reranker
from ragtune.retrievers import Retriever
from ragtune.retrievers._approximate import exactly

SLOTS = ("chunker", "embedder", "retriever", "reranker", "context", "prompt", "generator")
"""In the order in which text flows through them."""
MAY_BE_EMPTY = ("embedder", "prompt", "generator")


@dataclass(frozen=True)
class Rag:
    """One configuration: a component in every slot.

    `embedder` is None where nothing asks for vectors, `generator` where nobody answers, `prompt` where nothing asks for one.
    """

    chunker: Chunker
    embedder: Embedder | None
    retriever: Retriever
    reranker: Reranker
    context: Context
    prompt: PromptMaker | None = None
    generator: Generator | None = None

    @classmethod
    def of(cls, slots: Mapping[str, Any]) -> Rag:
        """The inverse of `spec`; slots that it does not name are empty."""
        empty = {slot for slot in MAY_BE_EMPTY if slots.get(slot, "none") == "none"}
        parts: dict[str, Any] = {slot: None if slot in empty else parse(slot, slots[slot]) for slot in SLOTS}
        return cls(**parts)

    def spec(self) -> dict[str, Any]:
        """Slot -> the YAML value that gives its component; an empty slot is `none`."""
        return {slot: component.spec() if component else "none" for slot, component in self.slots().items()}

    def slots(self) -> dict[str, Component | None]:
        """Slot -> component."""
        return {slot: getattr(self, slot) for slot in SLOTS}

    def __str__(self) -> str:
        return ", ".join(f"{slot}={component or 'none'}" for slot, component in self.slots().items())


@dataclass(frozen=True)
class Wired:
    """A configuration and the steps it ends in: what it is known by, scored by, and timed by."""

    configuration: Rag
    chunks: Step
    ranking: Step
    contexts: Step
    answers: Step | None
    scores: tuple[Step, ...]

    @property
    def outcome(self) -> Step:
        """What a request ends in, and is timed by."""
        return self.answers or self.contexts

    @property
    def key(self) -> str:
        """Configurations with equal keys do the same work, however they are written."""
        return self.outcome.key


def wire_rag(configuration: Rag, data: DataSteps, metrics: Sequence[Metric]) -> Wired:
    """The steps of a configuration. Slots that nothing rests on are emptied, so that what is named is what was run."""
    sources: dict[str, Any] = {name: partial(_given, step) for name, step in data.sources().items()}
    sources.update(_vectors(configuration.embedder, data))
    chunks = wire(configuration.chunker, "chunk", sources)
    sources["chunks"] = partial(_given, chunks)
    found = wire(configuration.retriever, "rank", sources)
    ranking = wire(configuration.reranker, "rerank", {**sources, "ranking": partial(_given, found)})
    sources["found"] = partial(_given, found)
    sources["exactly_found"] = lambda seen: wire(exactly(configuration.retriever), "rank", seen)
    sources["ranking"] = partial(_given, ranking)
    contexts = wire(configuration.context, "pack", sources)
    sources["contexts"] = partial(_given, contexts)
    answers = _answers(configuration, sources)
    if answers is not None:
        sources["answers"] = partial(_given, answers)
    used = {id(step.component) for step in closure([answers or contexts])}
    empty: dict[str, Any] = {slot: None for slot in MAY_BE_EMPTY if id(getattr(configuration, slot)) not in used}
    return Wired(replace(configuration, **empty), chunks, ranking, contexts, answers, _scores(metrics, sources))


def _vectors(embedder: Embedder | None, data: DataSteps) -> dict[str, Any]:
    if embedder is None:
        return {}
    texts = partial(_given, Step(ExampleTexts(), "read", (data.examples,)))
    return {
        "embedder": lambda seen: wire(embedder, "embed", seen),
        "vectors": lambda seen: wire(embedder, "embed", seen),
        "query_vectors": lambda seen: wire(embedder, "embed_queries", seen),
        "example_vectors": lambda seen: wire(embedder, "embed_queries", {**seen, "queries": texts}),
    }


def _answers(configuration: Rag, sources: Sources) -> Step | None:
    prompt = configuration.prompt
    if configuration.generator is None:
        return None
    if prompt is None:
        return wire(configuration.generator, "generate", sources)
    asked = {
        "frames": lambda seen: wire(prompt, "frame", seen),
        "prompts": lambda seen: wire(prompt, "write", seen),
    }
    return wire(configuration.generator, "generate", {**sources, **asked})


_SCORERS = (
    (RankingScorer, "ranking"), (ContextScorer, "context"), (ReferenceScorer, "reference"), (AnswerScorer, "answer"),
    (SearchScorer, "search"),
)  # fmt: skip


def _scores(metrics: Sequence[Metric], sources: Sources) -> tuple[Step, ...]:
    """A step for all metrics of a level together; measures that a model takes part in are steps of their own."""
    shared = tuple(
        wire(scorer(metrics=wanted), "score", sources)
        for scorer, level in _SCORERS
        if (wanted := tuple(metric for metric in metrics if metric.level == level))
    )
    return (*shared, *(wire(metric, metric.verb, sources) for metric in metrics if metric.level == "judge"))


def loses(part: Any) -> bool:
    """Whether a retriever, or one in it, may miss what an exact search finds."""
    return isinstance(part, Retriever) and exactly(part) is not part


def _given(step: Step, _: Sources) -> Step:
    return step
