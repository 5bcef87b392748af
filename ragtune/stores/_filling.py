"""Filling a store: in batches, resumed where it was cut off, unseen until it is whole and was looked at."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np

from ragtune.component import digest
from ragtune.errors import InputError, WorkspaceError
from ragtune.stores._searching import overlap
from ragtune.stores._store import Content, Knobs, Matrix, Row, Rows, Store
from ragtune.types import Chunks, Corpus, Vectors

_FORMAT = "1"
_PROBES = 64
Watcher = Callable[[int, int], None]
"""Is told how many rows are there, and how many there will be."""


@dataclass(frozen=True)
class Filled:
    """What became of a store: the key of its content, its rows, how many of them this fill added.

    `overlap` is the mean share of the exact ten nearest that the store finds, for a sample of queries; 1 where it is exact.
    """

    key: str
    rows: int
    added: int
    overlap: float
    approximate: bool


def rows_of(chunks: Chunks, corpus: Corpus, vectors: Vectors) -> Rows:
    """The chunks of a design as rows, each at its own place.

    Stores hold text in UTF-8 and PostgreSQL holds no NUL, so lone surrogates and NUL become U+FFFD: one code point for
    one, so that offsets hold.
    """
    texts, documents = chunks.texts(corpus), corpus.documents
    spans = zip(chunks.document.tolist(), chunks.start.tolist(), chunks.end.tolist(), texts, strict=True)
    metadata = {d: json.dumps(dict(documents[d].metadata)) for d in set(chunks.document.tolist())}
    told = [
        Row(_plain(f"{documents[d].id}:{start}-{end}"), _plain(documents[d].id), start, end, _plain(text), metadata[d])
        for d, start, end, text in spans
    ]
    return Rows(told, vectors.matrix)


def content_key(key: str, knobs: Knobs) -> str:
    """Of a content of that key in a store of those knobs: 16 hexadecimal digits."""
    return digest("store", _FORMAT, key, json.dumps(asdict(knobs), sort_keys=True))[:16]


def fill(
    store: Store,
    key: str,
    rows: Rows,
    *,
    queries: Matrix | None = None,
    watcher: Watcher | None = None,
) -> Filled:
    """Make a store hold these rows and nothing else; until it does, readers see what they saw before.

    A store that holds them already is left alone. A fill that was cut off goes on; when what it left cannot be read, or is
    not what was put there, the content is made anew.

    Args and errors are those of `prepare`.
    """
    told = prepare(store, key, rows, queries=queries, watcher=watcher)
    store.publish(told.key)
    return told


def prepare(
    store: Store,
    key: str,
    rows: Rows,
    *,
    queries: Matrix | None = None,
    watcher: Watcher | None = None,
) -> Filled:
    """Put these rows into a store, whole and unseen: `store.find` finds them by the key that is told, `publish` shows them.

    Args:
        store: From `open_store`.
        key: Of the rows and their vectors: equal keys, equal rows.
        rows: What to put there; scores are dot products, so vectors are of unit length where cosines are wanted.
        queries: (n, dim) what the overlap is measured with; a sample of the rows themselves unless given.
        watcher: Is told how far it is.

    Raises:
        InputError: there are no rows, or a vector is not finite.
        WorkspaceError: the store does not give back what was put there.
    """
    if not len(rows):
        raise InputError("there are no chunks to fill a store with")
    if not np.isfinite(rows.vectors).all():
        raise InputError("a vector has a number that is not finite; no store takes it")
    name = content_key(key, store.knobs)
    asked = rows.vectors[:: max(1, len(rows) // _PROBES)][:_PROBES] if queries is None else queries[:_PROBES]
    content = store.find(name) if store.held() == name else None
    if content is None:
        told = _draft(store, name, rows, asked, watcher)
        store.settle(name)
        return told
    try:
        return _filled(content, name, rows, 0, asked)
    finally:
        content.close()


def _draft(store: Store, name: str, rows: Rows, asked: Matrix, watcher: Watcher | None) -> Filled:
    """Make the unseen content whole, and look at it. What an earlier fill left is tried once."""
    content = store.draft(name, rows.vectors.shape[1])
    left = 0
    try:
        left = content.count()
        added = _add(content, left, rows, store.limit, watcher)
        content.finish()
        if _is_whole(content, rows):
            return _filled(content, name, rows, added, asked)
    except (InputError, WorkspaceError):
        raise
    except Exception:  # whatever a database says of files that a killed writer left
        if not left:
            raise
    finally:
        content.close()
    store.discard(name)
    if not left:
        raise WorkspaceError(f"{store.describe()} does not give back what was put there; it was left as it was")
    return _draft(store, name, rows, asked, watcher)


def _add(content: Content, left: int, rows: Rows, limit: int, watcher: Watcher | None) -> int:
    """From the first batch that an earlier fill did not leave in full."""
    first = left // limit * limit if left < len(rows) else len(rows)
    for begin in range(first, len(rows), limit):
        if watcher is not None:
            watcher(begin, len(rows))
        content.add(begin, rows.part(begin, min(begin + limit, len(rows))))
    if watcher is not None:
        watcher(len(rows), len(rows))
    return len(rows) - first


def _is_whole(content: Content, rows: Rows) -> bool:
    """Whether all rows are counted, some from end to end read as they are, and the search finds as many as asked for."""
    n = len(rows)
    places = sorted({0, n - 1, *range(0, n, max(1, n // _PROBES))})
    if content.count() != n or content.read(places) != [rows.rows[place] for place in places]:
        return False
    k = min(10, n)
    return all(len(found.place) == k for found in content.search(rows.vectors[places[:: max(1, len(places) // 8)]], k))


def _filled(content: Content, name: str, rows: Rows, added: int, asked: Matrix) -> Filled:
    return Filled(name, len(rows), added, overlap(content, rows.vectors, asked), content.approximate)


def _plain(text: str) -> str:
    if text.isascii() and "\0" not in text:
        return text
    return "".join("\ufffd" if c == "\0" or "\ud800" <= c <= "\udfff" else c for c in text)
