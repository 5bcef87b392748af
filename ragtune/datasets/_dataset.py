"""What every format gives, and what every format is."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, ClassVar

import numpy as np

from ragtune.answers import Reference, References
from ragtune.component import Affects, Component, digest
from ragtune.types import Corpus, Document, Judgments, Names, Queries, Query

QUOTED_CHARACTERS = 1_000
"""Evidence that is longer is no answer that somebody would give."""


@dataclass(frozen=True)
class Dataset:
    """Documents, the queries that can be scored on them, and what had to be left out.

    Attributes:
        name: What the dataset is called in reports; no key depends on it.
        documents: In the order of the files, empty ones left out.
        queries: Those with evidence, and those said not to be answerable, in the order of the files.
        left_out: Reason -> ids of the queries (or documents) that were left out for it.
    """

    name: str
    documents: tuple[Document, ...]
    queries: tuple[Query, ...]
    left_out: Mapping[str, tuple[str, ...]]

    @cached_property
    def corpus(self) -> Corpus:
        """The documents as a value of the engine."""
        return Corpus(self.documents)

    @cached_property
    def simulated(self) -> Mapping[str, int]:
        """Recipe -> number of queries that it made up, by recipe; empty where somebody asked all of them."""
        return dict(sorted(Counter(query.simulated for query in self.queries if query.simulated).items()))

    @cached_property
    def query_texts(self) -> Queries:
        """The texts of the queries as a value of the engine."""
        return Queries(tuple(query.text for query in self.queries))

    @cached_property
    def query_ids(self) -> Names:
        """The ids of the queries as a value of the engine."""
        return Names(tuple(query.id for query in self.queries))

    @cached_property
    def query_ids_digest(self) -> str:
        """Changes when, and only when, an id or the order of the queries does."""
        return digest(*self.query_ids.names)

    @cached_property
    def judgments(self) -> Judgments:
        """All evidence, a row each, by query; whole documents have start -1 and end at the document's length."""
        place = {document.id: i for i, document in enumerate(self.documents)}
        rows = []
        for i, query in enumerate(self.queries):
            for piece in query.evidence:
                d = place[piece.document]
                start = -1 if piece.start is None else piece.start
                end = len(self.documents[d].text) if piece.end is None else piece.end
                rows.append((i, d, start, end, piece.grade, piece.need))
        columns = np.array(rows, dtype=np.int64).reshape(-1, 6).T
        return Judgments(np.array([len(self.queries)], dtype=np.int64), *(np.ascontiguousarray(c) for c in columns))

    @cached_property
    def corpus_digest(self) -> str:
        """Changes when, and only when, an id, a text, a title, metadata or the order of the documents does."""
        return digest(*self._corpus_parts())

    def _corpus_parts(self) -> Iterator[str]:
        for document in self.documents:
            metadata = document.metadata
            yield document.id
            yield document.text
            yield document.title
            yield json.dumps(dict(metadata), sort_keys=True, ensure_ascii=False) if metadata else ""

    @cached_property
    def queries_digest(self) -> str:
        """Changes when, and only when, a query's text or the order of the queries does."""
        return digest(*self.query_texts.texts)

    @cached_property
    def references(self) -> References:
        """Reference answers as a value of the engine.

        Where a query has none, the text of its evidence serves, if that is marked and short: a reader quotes it.
        """
        texts = {document.id: document.text for document in self.documents}
        return References(tuple(Reference(q.answers or _quoted(q, texts), q.answerable) for q in self.queries))

    @cached_property
    def references_digest(self) -> str:
        """Changes when, and only when, a reference answer does, or whether a query can be answered."""
        return digest(json.dumps([[each.answers, each.answerable] for each in self.references.references]))

    @cached_property
    def judgments_digest(self) -> str:
        """Changes when, and only when, a row of the judgments does; documents and queries count by their place."""
        return digest(*(column.astype("<i8").tobytes() for column in self.judgments.to_arrays().values()))


def _quoted(query: Query, texts: Mapping[str, str]) -> tuple[str, ...]:
    """The marked evidence, the first of alternatives for each need; nothing where it is a document, or long."""
    needs = {piece.need: piece for piece in reversed(query.evidence)}
    pieces = [needs[need] for need in sorted(needs)]
    if not pieces or any(piece.start is None for piece in pieces):
        return ()
    text = " ".join(" ".join(texts[piece.document][piece.start : piece.end].split()) for piece in pieces)
    return (text,) if len(text) <= QUOTED_CHARACTERS else ()


class DatasetFormat(Component):
    """A way to lay out documents, queries and evidence in files; its knobs say where they are and which to take.

    No knob that is a path enters a key: the digests of the content do.
    """

    kind: ClassVar[str] = "dataset"
    layout: ClassVar[str] = ""
    """What a folder of this format holds, for the message that says no format recognises a folder."""

    path: Annotated[Path, Affects()] = Path()
    """The dataset's folder; other paths among the knobs are relative to it."""

    @property
    def title(self) -> str:
        """The folder's name, which is the dataset's."""
        return self.path.resolve().name

    def load(self) -> Dataset:
        """Read and check everything; DatasetError lists all faults."""
        raise NotImplementedError

    @classmethod
    def recognises(cls, path: Path) -> bool:
        """Whether the folder is laid out in this format; False for formats that have to be named."""
        return False
