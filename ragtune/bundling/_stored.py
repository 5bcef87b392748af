"""The searches of a design that a vector store answers, in place of an index in memory.

The bundle keeps the vectors on disk all the same: a store is filled from them, again where it was lost, and a text that
was embedded is not embedded again when documents change. A store is filled unseen; `bundle.json` names the new content;
then the store shows it. Whenever that is cut off, the content that `bundle.json` names is there.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from ragtune.bundling._manifest import PROFILE, Artefact, Stored
from ragtune.bundling._parts import kept, prepared
from ragtune.component import digest
from ragtune.engine.step import Step
from ragtune.engine.timing import online_steps
from ragtune.errors import InputError, StepError, WorkspaceError
from ragtune.pipelines.data import DataSteps
from ragtune.pipelines.rag import Wired
from ragtune.retrievers._nearest import unit
from ragtune.retrievers.ann import Ann
from ragtune.retrievers.dense import Dense
from ragtune.stores import Content, Filled, Knobs, Store, Watcher, open_store, prepare, rank, rows_of
from ragtune.types import Chunks, Corpus, Ranking, Vectors


@dataclass(frozen=True)
class Searches:
    """The steps of a design that a store can answer: searches among the vectors of all its chunks, all by one likeness."""

    vectors: Step
    steps: tuple[Step, ...]
    cosine: bool

    @classmethod
    def of(cls, wired: Wired, data: DataSteps) -> Searches:
        """Of a design.

        Raises:
            InputError: there is none.
        """
        found = [
            (step, below)
            for step in online_steps([wired.contexts], data.request)
            for below in step.inputs
            if _searches(step) and below.verb == "embed" and below.inputs[0].key == wired.chunks.key
        ]
        if not found:
            raise InputError(
                "this design has no search that a vector store could answer: `dense`, or `ann` in full vectors, among all chunks"
            )
        cosine = _by_cosine(found[0][0])
        return cls(found[0][1], tuple(step for step, _ in found if _by_cosine(step) == cosine), cosine)

    @property
    def keys(self) -> frozenset[str]:
        """Of the steps."""
        return frozenset(step.key for step in self.steps)

    @property
    def knobs(self) -> Knobs:
        """Of a graph, as the design has them where it was tuned with one."""
        for step in self.steps:
            if isinstance(step.component, Ann):
                ann = step.component
                return Knobs(m=ann.m, ef_construction=ann.ef_construction, ef_search=max(ann.ef_search, ann.depth))
        return Knobs()

    def likened(self, vectors: Vectors) -> Vectors:
        """Vectors whose dot products are the likeness."""
        return unit(vectors) if self.cosine else vectors


@dataclass(frozen=True)
class Search:
    """What a store finds."""

    store: Store
    content: Content
    searches: Searches

    def rank(self, step: Step, query_vectors: Vectors) -> Ranking:
        """In place of a step.

        Raises:
            StepError: the store cannot be reached, or does not hold that content any more.
        """
        try:
            return rank(self.content, self.searches.likened(query_vectors), step.component.depth)  # type: ignore[attr-defined]
        except Exception as error:
            said = str(error).partition("\n")[0][:200]
            raise StepError(f"{self.store.describe()} could not be searched: {said}") from error

    def close(self) -> None:
        """Let go of files and connections."""
        self.content.close()
        self.store.close()


def needed(wired: Wired, data: DataSteps, searches: Searches | None) -> list[Step]:
    """The steps whose values a bundle keeps."""
    steps = kept(prepared(wired, data, searches.keys if searches else ()))
    return list(dict.fromkeys([*steps, *([searches.vectors] if searches else [])]))


def open_at(folder: Path, url: str, knobs: Knobs) -> Store:
    """The store of a url as the bundle in that folder names it.

    Raises:
        InputError: it cannot be reached.
    """
    scheme, _, place = url.partition(":")
    return open_store(
        url if place.startswith("//") else f"{scheme}:{os.path.normpath(folder.absolute() / place)}", knobs
    )


def search_in(store: Store, stored: Stored, searches: Searches) -> Search:
    """The content that a bundle names, opened.

    Raises:
        WorkspaceError: the store does not hold it.
    """
    content = store.find(stored.key)
    if content is None:
        raise WorkspaceError(
            f"{store.describe()} does not hold the chunks of this bundle; export it again with --store"
        )
    return Search(store, content, searches)


def checked_url(folder: Path, url: str) -> str:
    """The url as a bundle keeps it: folders are named as seen from the bundle, so that both can be moved together.

    Raises:
        InputError: it holds a password, or is no url.
    """
    scheme, _, place = url.partition(":")
    try:
        password = urlsplit(url).password or "password=" in url
    except ValueError as error:
        raise InputError(f"'{url}' is no url of a store: {error}") from error
    if password:
        raise InputError("a bundle keeps no password: leave it out of the url and set PGPASSWORD")
    if place.startswith("/"):
        return url
    return f"{scheme}:{os.path.relpath(Path(place).absolute(), folder.absolute())}"


def put_in(
    store: Store,
    searches: Searches,
    artefacts: Mapping[str, Artefact],
    values: tuple[Chunks, Corpus, Vectors],
    watcher: Watcher | None = None,
) -> Filled:
    """Chunks and their vectors, in a store and unseen until `store.publish`."""
    chunks, corpus, vectors = values
    key = digest("bundle", *sorted(each.digest for name, each in artefacts.items() if name != PROFILE))
    return prepare(store, key, rows_of(chunks, corpus, searches.likened(vectors)), watcher=watcher)


def _searches(step: Step) -> bool:
    component = step.component
    full = isinstance(component, Dense) or (isinstance(component, Ann) and component.quantization == "none")
    return full and step.verb == "rank"


def _by_cosine(step: Step) -> bool:
    return not isinstance(step.component, Dense) or step.component.similarity == "cosine"
