"""A tuned retriever in an app."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any, Self

import numpy as np

from ragtune.bundling._changing import Change, added, deleted, replaced
from ragtune.bundling._loading import Loaded, load_bundle
from ragtune.bundling._manifest import Manifest, read_manifest
from ragtune.bundling._pieces import Pieces
from ragtune.bundling._updating import updated
from ragtune.bundling._writing import writing
from ragtune.engine.step import Step
from ragtune.errors import StepError
from ragtune.types import Contexts, Corpus, Document, Ranking


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
    """A tuned retriever. It holds its index and nothing of a request, so that threads may share it.

    `add`, `update` and `delete` change the documents in the bundle's folder and here, at once: a request finds in the old
    documents or in the new ones. Other processes go on with the old ones until they `refresh`.
    """

    def __init__(self, loaded: Loaded) -> None:
        self._loaded = loaded
        self._changing = Lock()

    @property
    def manifest(self) -> Manifest:
        """What the bundle says of itself."""
        return self._loaded.manifest

    def retrieve(self, query: str, k: int = 10) -> list[Passage]:
        """The k best chunks, best first; fewer where fewer are found."""
        return self.retrieve_many([query], k)[0]

    def retrieve_many(self, queries: Sequence[str], k: int = 10) -> list[list[Passage]]:
        """The same for several queries at once."""
        if k < 1:
            raise ValueError(f"k is at least 1, not {k}")
        if not queries:
            return []
        loaded, values = self._run(lambda loaded: loaded.ranks, queries)
        stages = {slot: values[step.key] for slot, step in loaded.stages.items()}
        return [_found(loaded, stages, i, k) for i in range(len(queries))]

    async def aretrieve(self, query: str, k: int = 10) -> list[Passage]:
        """`retrieve` in a thread."""
        return await asyncio.to_thread(self.retrieve, query, k)

    async def aretrieve_many(self, queries: Sequence[str], k: int = 10) -> list[list[Passage]]:
        """`retrieve_many` in a thread."""
        return await asyncio.to_thread(self.retrieve_many, queries, k)

    def context(self, query: str) -> Context:
        """What the design packs for a prompt."""
        loaded, values = self._run(lambda loaded: loaded.packs, [query])
        contexts: Contexts = values[loaded.wired.contexts.key]
        columns = (contexts.document.tolist(), contexts.start.tolist(), contexts.end.tolist())
        passages = tuple(_passage(loaded.corpus, *row) for row in zip(*columns, strict=True))
        return Context(passages, int(contexts.tokens[0]))

    async def acontext(self, query: str) -> Context:
        """`context` in a thread."""
        return await asyncio.to_thread(self.context, query)

    def ranking(self, queries: Sequence[str]) -> Ranking:
        """The ranking as the study has it: chunks by their number."""
        loaded, values = self._run(lambda loaded: loaded.ranks, queries)
        found: Ranking = values[loaded.wired.ranking.key]
        return found

    def add(self, documents: Iterable[Document]) -> Change:
        """Put new documents after those that are there.

        What learnt from the study's questions stays as it learnt. Only chunks whose text is new are embedded.

        Raises:
            InputError: a document is there already, or cannot be kept; all faults are told, and nothing is changed.
            WorkspaceError: the bundle cannot be written, or was damaged or replaced by one of another version.
        """
        return self._change(lambda corpus: added(corpus, documents))

    def update(self, documents: Iterable[Document]) -> Change:
        """Put documents in the place of those of the same ids.

        Raises:
            InputError: there is no such document, or one cannot be kept; all faults are told, and nothing is changed.
            WorkspaceError: as `add`.
        """
        return self._change(lambda corpus: replaced(corpus, documents))

    def delete(self, documents: Iterable[Document | str]) -> Change:
        """Remove documents, named or given by id.

        Raises:
            InputError: there is no such document; all faults are told, and nothing is changed.
            WorkspaceError: as `add`.
        """
        return self._change(lambda corpus: deleted(corpus, documents))

    def refresh(self) -> bool:
        """Take over what the bundle's folder holds now; whether it holds anything new.

        Raises:
            InputError, WorkspaceError: as `load`.
        """
        with self._changing:
            before = self._loaded
            self._loaded = _current(before)
            return self._loaded is not before

    def close(self) -> None:
        """Let go of a store's files and connections; a retriever without a store has none."""
        self._loaded.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self, steps: Callable[[Loaded], list[Step]], queries: Sequence[str]) -> tuple[Loaded, dict[str, Any]]:
        """A request; again where a store holds other documents than it did, which another process put there."""
        loaded = self._loaded
        try:
            return loaded, loaded.run(steps(loaded), queries)
        except StepError:
            if loaded.search is None or not (self.refresh() or self._loaded is not loaded):
                raise
        loaded = self._loaded
        return loaded, loaded.run(steps(loaded), queries)

    def _change(self, edit: Callable[[Corpus], Pieces]) -> Change:
        with self._changing, writing(self._loaded.folder):
            loaded = _current(self._loaded)
            self._loaded, change = updated(loaded, edit(loaded.corpus))
            return change


def load(folder: str | Path) -> Retriever:
    """The retriever of a bundle, with its models loaded and its index in memory.

    Raises:
        InputError: the folder is no bundle, or holds no retriever.
        WorkspaceError: it is damaged, or a component has another version now.
    """
    return Retriever(load_bundle(Path(folder)))


def _current(loaded: Loaded) -> Loaded:
    """The same where nothing was published since."""
    return loaded if read_manifest(loaded.folder) == loaded.manifest else load_bundle(loaded.folder, loaded)


def _found(loaded: Loaded, stages: Mapping[str, Ranking], i: int, k: int) -> list[Passage]:
    known = {
        slot: dict(zip(ranking.chunk[i].tolist(), ranking.score[i].tolist(), strict=True))
        for slot, ranking in stages.items()
    }
    last = list(known.values())[-1]
    best = np.array([chunk for chunk in last if chunk >= 0][:k], dtype=np.int64)
    chunks = loaded.chunks
    columns = (best, chunks.document[best], chunks.start[best], chunks.end[best])
    found = []
    for chunk, document, start, end in zip(*(column.tolist() for column in columns), strict=True):
        scores = {slot: scored[chunk] for slot, scored in known.items() if chunk in scored}
        found.append(_passage(loaded.corpus, document, start, end, last[chunk], scores))
    return found


def _passage(
    corpus: Corpus,
    document: int,
    start: int,
    end: int,
    score: float | None = None,
    scores: Mapping[str, float] | None = None,
) -> Passage:
    found = corpus.documents[document]
    text = found.text[start:end]
    return Passage(text, found.id, start, end, found.title, score, scores or {}, found.metadata)
