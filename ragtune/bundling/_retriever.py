"""A bundle in an app."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ragtune.bundling._manifest import Manifest, read_artefact, read_manifest
from ragtune.bundling._parts import kept, prepared
from ragtune.engine import codec
from ragtune.engine.step import Step
from ragtune.engine.timing import online_steps, unkept
from ragtune.errors import WorkspaceError
from ragtune.once import one_request
from ragtune.pipelines.data import DataSteps
from ragtune.pipelines.rag import Rag, Wired, wire_rag
from ragtune.types import Chunks, Contexts, Corpus, Queries, Ranking


@dataclass(frozen=True)
class Passage:
    """A chunk that was found, or a span of a context.

    `text` is `[start, end)` of the document's text, in code points. `score` is that of the last stage, higher is better, and
    `scores` has that of each stage by its slot; both are empty for spans of a context.
    """

    text: str
    document: str
    start: int
    end: int
    title: str = ""
    score: float | None = None
    scores: Mapping[str, float] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Context:
    """What a prompt is given: disjoint spans in reading order, and their size in tokens."""

    passages: tuple[Passage, ...]
    tokens: int

    @property
    def text(self) -> str:
        """The passages, an empty line between them."""
        return "\n\n".join(passage.text for passage in self.passages)


class Retriever:
    """A tuned retriever. It holds its index and nothing of a request, so that threads may share it."""

    def __init__(self, manifest: Manifest, wired: Wired, data: DataSteps, values: Mapping[str, Any]) -> None:
        self.manifest = manifest
        self._wired, self._request = wired, data.request
        self._values = values
        self._corpus: Corpus = values[data.corpus.key]
        self._chunks: Chunks = values[wired.chunks.key]
        self._ranks, self._packs = (
            list(online_steps([target], data.request)) for target in (wired.ranking, wired.contexts)
        )
        retriever, reranker = wired.configuration.retriever, wired.configuration.reranker
        found = (step for step in self._ranks if step.component is retriever and step.verb == retriever.verb)
        self._stages = {"retriever": next(found)}
        if reranker.name != "none":
            self._stages["reranker"] = wired.ranking

    def retrieve(self, query: str, k: int = 10) -> list[Passage]:
        """The k best chunks, best first; fewer where fewer are found."""
        return self.retrieve_many([query], k)[0]

    def retrieve_many(self, queries: Sequence[str], k: int = 10) -> list[list[Passage]]:
        """The same for several queries at once."""
        if k < 1:
            raise ValueError(f"k is at least 1, not {k}")
        if not queries:
            return []
        values = self._run(self._ranks, queries)
        stages = {slot: values[step.key] for slot, step in self._stages.items()}
        return [self._found(stages, i, k) for i in range(len(queries))]

    async def aretrieve(self, query: str, k: int = 10) -> list[Passage]:
        """`retrieve` in a thread."""
        return await asyncio.to_thread(self.retrieve, query, k)

    def context(self, query: str) -> Context:
        """What the design packs for a prompt."""
        contexts: Contexts = self._run(self._packs, [query])[self._wired.contexts.key]
        columns = (contexts.document.tolist(), contexts.start.tolist(), contexts.end.tolist())
        return Context(tuple(self._passage(*row) for row in zip(*columns, strict=True)), int(contexts.tokens[0]))

    async def acontext(self, query: str) -> Context:
        """`context` in a thread."""
        return await asyncio.to_thread(self.context, query)

    def ranking(self, queries: Sequence[str]) -> Ranking:
        """The ranking as the study has it: chunks by their number."""
        found: Ranking = self._run(self._ranks, queries)[self._wired.ranking.key]
        return found

    def _run(self, steps: Sequence[Step], queries: Sequence[str]) -> dict[str, Any]:
        values = {**self._values, self._request.key: Queries(tuple(queries))}
        with one_request():
            for step in steps:
                values[step.key] = step.run([values[below.key] for below in step.inputs], **unkept(step))
        return values

    def _found(self, stages: Mapping[str, Ranking], i: int, k: int) -> list[Passage]:
        last = list(stages.values())[-1]
        known = {
            slot: dict(zip(ranking.chunk[i].tolist(), ranking.score[i].tolist(), strict=True))
            for slot, ranking in stages.items()
        }
        chunks = [chunk for chunk in last.chunk[i].tolist() if chunk >= 0][:k]
        return [
            self._chunk(chunk, {s: found[chunk] for s, found in known.items() if chunk in found}) for chunk in chunks
        ]

    def _chunk(self, chunk: int, scores: Mapping[str, float]) -> Passage:
        chunks = self._chunks
        row = int(chunks.document[chunk]), int(chunks.start[chunk]), int(chunks.end[chunk])
        return self._passage(*row, list(scores.values())[-1], scores)

    def _passage(
        self, document: int, start: int, end: int, score: float | None = None, scores: Mapping[str, float] | None = None
    ) -> Passage:
        found = self._corpus.documents[document]
        text = found.text[start:end]
        return Passage(text, found.id, start, end, found.title, score, scores or {}, found.metadata)


def load(folder: str | Path) -> Retriever:
    """The retriever of a bundle, with its models loaded and its index in memory.

    Raises:
        InputError: the folder is no bundle.
        WorkspaceError: it is damaged, or a component has another version now.
    """
    folder = Path(folder)
    manifest = read_manifest(folder)
    try:
        return _loaded(folder, manifest)
    except WorkspaceError:
        now = read_manifest(folder)
        if now == manifest:
            raise
        return _loaded(folder, now)  # another took its place meanwhile


def _loaded(folder: Path, manifest: Manifest) -> Retriever:
    data = DataSteps.known_by(manifest.data)
    wired = wire_rag(Rag.of(manifest.slots), data, ())
    if wired.contexts.key != manifest.key:
        raise WorkspaceError(
            f"{folder} was made by ragtune {manifest.ragtune}{_changed(manifest, wired)}; export it again"
        )
    values: dict[str, Any] = {}
    steps = prepared(wired, data)
    for step in kept(steps):
        if step.key not in manifest.artefacts:
            raise WorkspaceError(
                f"{folder} has no {step.component.kind} {step.component.name}: {step.verb}; export it again"
            )
        values[step.key] = codec.decode(read_artefact(folder, manifest, step.key), step.result)
    for step in steps:
        _made(step, values)
    return Retriever(manifest, wired, data, {step.key: values[step.key] for step in steps})


def _made(step: Step, values: dict[str, Any]) -> Any:
    """The value of a step that is not kept, from those that are."""
    if step.key not in values:
        values[step.key] = step.run([_made(below, values) for below in step.inputs], **unkept(step))
    return values[step.key]


def _changed(manifest: Manifest, wired: Wired) -> str:
    slots = {slot: each for slot, each in wired.configuration.slots().items() if each}
    told = [
        f"{slot} {each.name} was version {manifest.versions[slot]} and is {each.version}"
        for slot, each in slots.items()
        if slot in manifest.versions and manifest.versions[slot] != each.version
    ]
    return f" ({'; '.join(told)})" if told else ", which works otherwise"
