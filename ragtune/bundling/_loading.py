"""A bundle in memory: the design's steps, and the values that stand ready before a request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ragtune.bundling._manifest import Manifest, Stored
from ragtune.bundling._opening import check_version, opened, read_values
from ragtune.bundling._parts import prepared
from ragtune.bundling._stored import Search, Searches, open_at, search_in
from ragtune.engine.step import Step
from ragtune.engine.timing import online_steps, unkept
from ragtune.errors import InputError
from ragtune.once import one_request
from ragtune.pipelines.data import DataSteps
from ragtune.pipelines.rag import Rag, Wired, wire_rag
from ragtune.stores import Knobs
from ragtune.types import Chunks, Corpus, Queries

_AT_ONCE = 64
"""So many queries are one request at most: what a model made of each is held until all steps had it."""


@dataclass(frozen=True)
class Loaded:
    """One state of a bundle, which never changes: a request that began with it ends with it.

    `values` has what stands ready before a request, by the key of its step; `search` is there where a store searches.
    """

    folder: Path
    manifest: Manifest
    wired: Wired
    data: DataSteps
    values: Mapping[str, Any]
    search: Search | None = None

    @property
    def corpus(self) -> Corpus:
        """The documents."""
        corpus: Corpus = self.values[self.data.corpus.key]
        return corpus

    @property
    def chunks(self) -> Chunks:
        """Where they are cut."""
        chunks: Chunks = self.values[self.wired.chunks.key]
        return chunks

    @cached_property
    def ranks(self) -> list[Step]:
        """What a request runs until chunks are ranked."""
        return list(online_steps([self.wired.ranking], self.data.request))

    @cached_property
    def packs(self) -> list[Step]:
        """What it runs until a context is packed."""
        return list(online_steps([self.wired.contexts], self.data.request))

    @cached_property
    def stages(self) -> dict[str, Step]:
        """Slot -> the step whose scores are its."""
        retriever, reranker = self.wired.configuration.retriever, self.wired.configuration.reranker
        found = (step for step in self.ranks if step.component is retriever and step.verb == retriever.verb)
        stages = {"retriever": next(found)}
        return stages if reranker.name == "none" else {**stages, "reranker": self.wired.ranking}

    def run(self, steps: Sequence[Step], queries: Sequence[str]) -> dict[str, Any]:
        """The values of these steps, for these queries, by key."""
        values = {**self.values, self.data.request.key: Queries(tuple(queries))}
        elsewhere = self.search.searches.keys if self.search else ()
        with one_request() if len(queries) <= _AT_ONCE else nullcontext():
            for step in steps:
                if self.search and step.key in elsewhere:
                    values[step.key] = self.search.rank(step, values[step.inputs[-1].key])
                else:
                    values[step.key] = step.run([values[below.key] for below in step.inputs], **unkept(step))
        return values

    def close(self) -> None:
        """Let go of a store's files and connections."""
        if self.search:
            self.search.close()


def load_bundle(folder: Path, before: Loaded | None = None) -> Loaded:
    """A bundle as it is now, with the store of `before` where it is the same.

    Raises:
        InputError: the folder is no bundle, or holds no retriever, or its store cannot be reached.
        WorkspaceError: it is damaged, or a component has another version now.
    """
    return opened(folder, lambda manifest: _loaded(folder, manifest, before))


def _loaded(folder: Path, manifest: Manifest, before: Loaded | None) -> Loaded:
    if manifest.pipeline != "rag":
        raise InputError(f"{folder} holds tools; ragtune.load_tools loads them")
    data = DataSteps.known_by(manifest.data)
    wired = wire_rag(Rag.of(manifest.slots), data, ())
    check_version(folder, manifest, wired.contexts.key, wired.configuration.slots())
    searches = Searches.of(wired, data) if manifest.store else None
    steps = prepared(wired, data, searches.keys if searches else ())
    with ThreadPoolExecutor(1) as pool:  # files are checked and indexes are made while the model is loaded
        reading = pool.submit(read_values, folder, manifest, steps)
        if (embedder := wired.configuration.embedder) and not embedder.priced:
            embedder.row_model(queries=True)
        values = reading.result()
    search = _opened(folder, manifest.store, searches, before) if manifest.store and searches else None
    return Loaded(folder, manifest, wired, data, values, search)


def _opened(folder: Path, stored: Stored, searches: Searches, before: Loaded | None) -> Search:
    """The search of a store; one that is open stays open, for some let in one process once."""
    was = before.manifest.store if before else None
    if before and before.search and was and (was.url, was.knobs) == (stored.url, stored.knobs):
        return search_in(before.search.store, stored, searches)
    store = open_at(folder, stored.url, Knobs(**stored.knobs))
    try:
        return search_in(store, stored, searches)
    except BaseException:
        store.close()
        raise
