"""A bundle whose documents changed: what they change is made anew, as far as it has to be, and published at once.

Chunks and tokens are made for new documents alone and put between the old ones; a text that was embedded is not embedded
again; the rest of an index, which is arithmetic over all chunks, is made anew. What rests on the study's questions, as a
ranking that was learnt from them, stays as it was learnt.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ragtune.bundling._changing import Change
from ragtune.bundling._loading import Loaded
from ragtune.bundling._manifest import Artefact, digest_of
from ragtune.bundling._opening import read_value
from ragtune.bundling._parts import kept, made, prepared
from ragtune.bundling._pieces import DOCUMENT_WISE, Pieces
from ragtune.bundling._stored import needed, put_in, search_in
from ragtune.bundling._writing import publish, put
from ragtune.component import AwaitedModel, RowModel
from ragtune.engine import codec
from ragtune.engine.memo import Memo
from ragtune.engine.step import Step, closure
from ragtune.pipelines.data import Given
from ragtune.types import Chunks, Corpus


def updated(loaded: Loaded, pieces: Pieces) -> tuple[Loaded, Change]:
    """The bundle with edited documents, once its folder has them; what that came to."""
    new = _New(loaded, pieces)
    search = loaded.search
    searches = search.searches if search else None
    artefacts = dict(loaded.manifest.artefacts)
    for step in needed(loaded.wired, loaded.data, searches):
        artefacts[step.key] = _put(loaded, artefacts[step.key], new.value(step))
    steps = prepared(loaded.wired, loaded.data, searches.keys if searches else ())
    values = {step.key: new.value(step) for step in (*kept(steps), *steps)}
    corpus, chunks = values[loaded.data.corpus.key], values[loaded.wired.chunks.key]
    size = {"documents": len(corpus.documents), "chunks": len(chunks)}
    changed: dict[str, Any] = {
        "artefacts": artefacts,
        "documents": artefacts[loaded.data.corpus.key].digest,
        "made": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        "revision": loaded.manifest.revision + 1,
        "size": size,
    }
    if search and loaded.manifest.store:
        told = put_in(search.store, search.searches, artefacts, (chunks, corpus, new.value(search.searches.vectors)))
        changed["store"] = loaded.manifest.store.model_copy(update={"key": told.key, "overlap": told.overlap})
        search = search_in(search.store, changed["store"], search.searches)
    manifest = loaded.manifest.model_copy(update=changed)
    publish(loaded.folder, manifest)
    if search and manifest.store:
        search.store.publish(manifest.store.key)
    change = Change(**size, embedded=new.embedded)
    return Loaded(loaded.folder, manifest, loaded.wired, loaded.data, values, search), change


def _put(loaded: Loaded, before: Artefact, value: Any) -> Artefact:
    encoded = codec.encode(value)
    return before if digest_of(encoded) == before.digest else put(loaded.folder, before.holds, encoded)


class _Remembered(Memo):
    """A row memo that begins with the rows of texts that are known, and keeps no other."""

    def __init__(self, scope: str, known: Mapping[str, bytes]) -> None:
        super().__init__(None, scope, lambda *_: None)
        self._known_rows = known
        self.unknown: set[str] = set()

    def rows(self, texts: Sequence[str], load: Callable[[], RowModel | AwaitedModel]) -> list[bytes]:
        """A row for each text; a model sees the unknown ones alone, for there is no run that it would have to agree with."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._known_rows]
        self.unknown.update(missing)
        rows = super().rows(missing, load) if missing else []
        found = {**self._known_rows, **dict(zip(missing, rows, strict=True))}
        return [found[text] for text in texts]


class _New:
    """Values for edited documents, each made once, in the cheapest way that is right."""

    def __init__(self, loaded: Loaded, pieces: Pieces) -> None:
        self._loaded = loaded
        self._pieces = pieces
        self._old = dict(loaded.values)
        if loaded.search:
            vectors = loaded.search.searches.vectors
            self._old.setdefault(vectors.key, read_value(loaded.folder, loaded.manifest, vectors))
        corpus = loaded.data.corpus.key
        self._new: dict[str, Any] = {corpus: pieces.corpus}
        self._alone: dict[str, Any] = {corpus: pieces.corpora[1]}
        self._memos: list[_Remembered] = []

    @property
    def embedded(self) -> int:
        """Texts that a model was run for."""
        return len(set().union(*(memo.unknown for memo in self._memos)))

    def value(self, step: Step) -> Any:
        """For all documents."""
        if step.key not in self._new:
            self._new[step.key] = self._value(step)
        return self._new[step.key]

    def _value(self, step: Step) -> Any:
        if not self._rests_on_documents_alone(step):
            return self._loaded.values[step.key]
        if step.component.kind in DOCUMENT_WISE and step.key in self._old:
            return self._pieces.of([self._old[step.key], self._of_new(step)], self._pieces.corpus)
        return self._run(step, [self.value(below) for below in step.inputs], self._known(step))

    def _of_new(self, step: Step) -> Any:
        """For the new documents by themselves."""
        if step.key not in self._alone:
            inputs = [self._of_new(below) for below in step.inputs]
            self._alone[step.key] = self._run(step, inputs, {})
        return self._alone[step.key]

    def _run(self, step: Step, inputs: list[Any], known: Mapping[str, bytes]) -> Any:
        if not step.uses_memo:
            return step.run(inputs)
        memo = _Remembered(step.memo_scope, known)
        self._memos.append(memo)
        return step.run(inputs, memo=memo)

    def _known(self, step: Step) -> dict[str, bytes]:
        """Text -> its row, of a value that has a row for each chunk's text."""
        value: Any = self._old.get(step.key)
        if not step.uses_memo or not hasattr(value, "rows"):
            return {}
        inputs = [made(below, self._old) for below in step.inputs]
        chunks = next(each for each in inputs if isinstance(each, Chunks))
        corpus = next(each for each in inputs if isinstance(each, Corpus))
        return dict(zip(chunks.indexed_texts(corpus), value.rows(), strict=True))

    def _rests_on_documents_alone(self, step: Step) -> bool:
        given = {below.key for below in closure([step]) if isinstance(below.component, Given)}
        return given <= {self._loaded.data.corpus.key}
