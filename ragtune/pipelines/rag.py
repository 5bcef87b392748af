"""Retrieval for generation: chunker → embedder → retriever → reranker → context → scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from ragtune.chunkers import Chunker
from ragtune.component import Component
from ragtune.contexts import Context
from ragtune.embedders import Embedder
from ragtune.engine.step import Step, closure
from ragtune.metrics import ContextScorer, Metric, RankingScorer
from ragtune.pipelines.data import DataSteps
from ragtune.pipelines.wiring import Sources, wire
from ragtune.rerankers import Reranker
from ragtune.retrievers import Retriever

SLOTS = ("chunker", "embedder", "retriever", "reranker", "context")
"""In the order in which text flows through them."""


@dataclass(frozen=True)
class Rag:
    """One configuration: a component in every slot. `embedder` is None where nothing asks for vectors."""

    chunker: Chunker
    embedder: Embedder | None
    retriever: Retriever
    reranker: Reranker
    context: Context

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
    scores: tuple[Step, ...]

    @property
    def outcome(self) -> Step:
        """What a request ends in, and is timed by."""
        return self.contexts

    @property
    def key(self) -> str:
        """Configurations with equal keys do the same work, however they are written."""
        return self.contexts.key


def wire_rag(configuration: Rag, data: DataSteps, metrics: Sequence[Metric]) -> Wired:
    """The steps of a configuration. Slots that nothing rests on are emptied, so that what is named is what was run."""
    embedder = configuration.embedder
    sources: dict[str, Any] = {name: partial(_given, step) for name, step in data.sources().items()}
    if embedder is not None:
        sources["embedder"] = sources["vectors"] = lambda seen: wire(embedder, "embed", seen)
        sources["query_vectors"] = lambda seen: wire(embedder, "embed_queries", seen)
    chunks = wire(configuration.chunker, "chunk", sources)
    sources["chunks"] = partial(_given, chunks)
    found = wire(configuration.retriever, "rank", sources)
    ranking = wire(configuration.reranker, "rerank", {**sources, "ranking": partial(_given, found)})
    sources["ranking"] = partial(_given, ranking)
    contexts = wire(configuration.context, "pack", sources)
    sources["contexts"] = partial(_given, contexts)
    if embedder is not None and not any(step.component is embedder for step in closure([contexts])):
        configuration = replace(configuration, embedder=None)
    scores = tuple(
        wire(scorer(metrics=wanted), "score", sources)
        for scorer, level in ((RankingScorer, "ranking"), (ContextScorer, "context"))
        if (wanted := tuple(metric for metric in metrics if metric.level == level))
    )
    return Wired(configuration, chunks, ranking, contexts, scores)


def _given(step: Step, _: Sources) -> Step:
    return step
