"""The values that flow between steps. Texts are kept in documents; everything else points into them by offset.

Offsets are Unicode code points into the original text of a document, half open: `text[start:end]`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.integer[Any]]
Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Document:
    """One source text. `metadata` holds JSON values."""

    id: str
    text: str
    title: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Span:
    """`[start, end)` in code points of a document's text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a query is answered: a whole document (`start` and `end` None) or a span of one; `grade` > 0.

    Pieces of evidence with the same `need` are alternatives: any one of them meets it.
    """

    document: str
    start: int | None = None
    end: int | None = None
    grade: int = 1
    need: int = 0


@dataclass(frozen=True, slots=True)
class Query:
    """A question, the evidence that answers it, and reference answers where there are any.

    `simulated` names the recipe that made the question up; it is empty for a question that somebody asked. A question
    that the documents do not answer is not `answerable`: it has no evidence, and is answered well by saying so.
    """

    id: str
    text: str
    evidence: tuple[Evidence, ...] = ()
    answers: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    simulated: str = ""
    answerable: bool = True


class Value:
    """A result that can be stored: a dataclass of numpy arrays, given to and made from a dict of them.

    One that a model made, a row for each chunk's text, also has `rows`: what the row memo keeps of each.
    """

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Field name -> array."""
        return {f.name: getattr(self, f.name) for f in fields(self)}  # type: ignore[arg-type]

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The inverse of `to_arrays`."""
        return cls(**arrays)

    @property
    def nbytes(self) -> int:
        """Size in memory, for the engine's cache."""
        return sum(array.nbytes for array in self.to_arrays().values())


def pack_json(values: Iterable[Any]) -> dict[str, NDArray[Any]]:
    """JSON values as lines in one array of bytes."""
    lines = "\n".join(json.dumps(value, ensure_ascii=False) for value in values)
    return {"jsonl": np.frombuffer(lines.encode("utf-8", "surrogatepass"), dtype=np.uint8)}


def unpack_json(arrays: Mapping[str, NDArray[Any]]) -> list[Any]:
    """The inverse of `pack_json`."""
    return [json.loads(line) for line in arrays["jsonl"].tobytes().decode("utf-8", "surrogatepass").split("\n") if line]


@dataclass(frozen=True, eq=False)
class Corpus(Value):
    """The documents, in a fixed order; a document is known by its place in it."""

    documents: tuple[Document, ...]

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """JSON lines of id, text, title, metadata."""
        return pack_json([[d.id, d.text, d.title, dict(d.metadata)] for d in self.documents])

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The inverse of `to_arrays`."""
        return cls(tuple(Document(*values) for values in unpack_json(arrays)))

    @property
    def nbytes(self) -> int:
        """About four bytes a character at worst; the engine only needs the order of magnitude."""
        return sum(len(d.text) for d in self.documents)

    @cached_property
    def offsets(self) -> Ints:
        """(n_documents + 1,) int64: where each document begins when all are laid end to end."""
        return np.concatenate([[0], np.cumsum([len(d.text) for d in self.documents], dtype=np.int64)]).astype(np.int64)


@dataclass(frozen=True, eq=False)
class Queries(Value):
    """The query texts, in a fixed order."""

    texts: tuple[str, ...]

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """JSON lines, one text each."""
        return pack_json(self.texts)

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The inverse of `to_arrays`."""
        return cls(tuple(unpack_json(arrays)))

    def one(self, i: int) -> Queries:
        """The i-th query alone."""
        return Queries((self.texts[i],))


@dataclass(frozen=True, eq=False)
class Names(Value):
    """Names of things in a fixed order."""

    names: tuple[str, ...]

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """JSON lines, one name each."""
        return pack_json(self.names)

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The inverse of `to_arrays`."""
        return cls(tuple(unpack_json(arrays)))


@dataclass(frozen=True, eq=False)
class Folds(Value):
    """(n_queries,) int64: the part of each query in cross-validation; -1 for those that nothing may be learnt from."""

    fold: Ints


@dataclass(frozen=True, eq=False)
class Assignment(Value):
    """The part of each query text: `text` (n,) uint64 hashes, rising, and `fold` (n,) int64."""

    text: NDArray[np.uint64]
    fold: Ints


@dataclass(frozen=True, eq=False)
class Judgments(Value):
    """Evidence of all queries, a row each: (n,) int64 columns. Whole documents have `start` -1."""

    n_queries: Ints
    query: Ints
    document: Ints
    start: Ints
    end: Ints
    grade: Ints
    need: Ints


@dataclass(frozen=True, eq=False)
class Tokens(Value):
    """Where every token of every document begins, laid end to end: (n_tokens,) int64, rising.

    Positions count from the corpus's first character (see `Corpus.offsets`), so that lengths in tokens are differences
    of binary searches.
    """

    starts: Ints

    def first(self, position: Ints) -> Ints:
        """Index of the token that holds the character at each position."""
        at = np.searchsorted(self.starts, position)
        inside = self.starts[np.minimum(at, len(self.starts) - 1)] != position
        first: Ints = at - inside
        return first

    def after(self, position: Ints) -> Ints:
        """Index of the first token that begins at or after each position: the end of a span, half open."""
        return np.searchsorted(self.starts, position)


def _none() -> Ints:
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Chunks(Value):
    """Spans of documents, ordered by document and start: (n_chunks,) int64 columns.

    Two things may be said of the chunks beyond where they lie; the columns that say them are empty where they are not.

    A chunk may be read *wide*, as `[wide_start, wide_end)` of its document, once `wide_from` of the chunks with the same
    wide span are among the first `wide_among` (a single number, 0 for all) that a query found.

    A chunk may be indexed under a *header*: the text `headers[header]` is put before it for embedding and indexing, and
    is no part of it. `headers` are JSON lines, utf-8.
    """

    document: Ints
    start: Ints
    end: Ints
    wide_start: Ints = field(default_factory=_none)
    wide_end: Ints = field(default_factory=_none)
    wide_from: Ints = field(default_factory=_none)
    wide_among: Ints = field(default_factory=_none)
    header: Ints = field(default_factory=_none)
    headers: NDArray[np.uint8] = field(default_factory=lambda: np.zeros(0, dtype=np.uint8))

    def __len__(self) -> int:
        return len(self.document)

    def texts(self, corpus: Corpus) -> list[str]:
        """The chunks' texts, `document.text[start:end]` each."""
        rows = zip(self.document.tolist(), self.start.tolist(), self.end.tolist(), strict=True)
        documents = corpus.documents
        return [documents[d].text[s:e] for d, s, e in rows]

    def indexed_texts(self, corpus: Corpus) -> list[str]:
        """What is embedded and indexed: the texts, each after its header and a newline where it has one."""
        texts = self.texts(corpus)
        if not len(self.header):
            return texts
        headers = unpack_json({"jsonl": self.headers})
        told = (headers[i] for i in self.header.tolist())
        return [f"{header}\n{text}" if header else text for header, text in zip(told, texts, strict=True)]

    def with_headers(self, headers: Sequence[str]) -> Chunks:
        """The same chunks under headers, one a chunk, "" for none."""
        unique = {text: i for i, text in enumerate(dict.fromkeys(headers))}
        which = np.array([unique[text] for text in headers], dtype=np.int64)
        return replace(self, header=which, headers=pack_json(list(unique))["jsonl"])

    def widened(self, start: Ints, end: Ints, *, needed: Ints, among: int = 0) -> Chunks:
        """The same chunks, to be read as `[start, end)` once `needed` of a wide span are among the first `among` found."""
        return replace(
            self, wide_start=start, wide_end=end, wide_from=needed, wide_among=np.array([among], dtype=np.int64)
        )

    @cached_property
    def wide_groups(self) -> Ints:
        """(n_chunks,) int64: equal for chunks of equal wide span."""
        spans = np.stack([self.document, self.wide_start, self.wide_end], axis=1)
        groups: Ints = np.unique(spans, axis=0, return_inverse=True)[1].reshape(-1)
        return groups

    def reads_wide(self, found: Ints) -> NDArray[np.bool_]:
        """Whether each chunk of a ranking, (n_queries, depth) with -1 for none, is read wide."""
        wide = np.zeros(found.shape, dtype=bool)
        if not len(self.wide_start) or not found.size:
            return wide
        there = found >= 0
        group = np.where(there, self.wide_groups[found], -1)
        n = int(self.wide_groups.max()) + 1
        among = int(self.wide_among[0]) or found.shape[1]
        row = np.broadcast_to(np.arange(len(found))[:, None], found.shape)
        cell = row * n + group
        cells, index = np.unique(cell[there], return_inverse=True)
        counts = np.bincount(index[(np.nonzero(there)[1] < among)], minlength=len(cells))
        wide[there] = counts[index] >= self.wide_from[found[there]]
        return wide

    def id(self, i: int, corpus: Corpus) -> str:
        """`{document}:{start}-{end}`."""
        return f"{corpus.documents[self.document[i]].id}:{self.start[i]}-{self.end[i]}"


@dataclass(frozen=True, eq=False)
class Vectors(Value):
    """(n, dim) float32; rows of unit length (unless the embedder keeps lengths), or zero where the model knows nothing."""

    matrix: NDArray[np.float32]

    def rows(self) -> list[bytes]:
        """A row for each text, as the row memo keeps it."""
        return [row.tobytes() for row in self.matrix]


@dataclass(frozen=True, eq=False)
class Ranking(Value):
    """Per query the best chunks by falling score, ties by rising chunk index, to a fixed depth.

    `chunk` is (n_queries, depth) int32, -1 where a query found fewer; `score`
    is (n_queries, depth) float64, -inf there.
    """

    chunk: NDArray[np.int32]
    score: Floats


@dataclass(frozen=True, eq=False)
class Contexts(Value):
    """What each query's prompt is given: disjoint spans in reading order, a row each, queries rising.

    `query`, `document`, `start`, `end` are (n_spans,) int64; `tokens` is (n_queries,) int64.
    """

    query: Ints
    document: Ints
    start: Ints
    end: Ints
    tokens: Ints


@dataclass(frozen=True, eq=False)
class Scores(Value):
    """(n_metrics, n_queries) float64: a value for each query, never only the mean."""

    matrix: Floats
