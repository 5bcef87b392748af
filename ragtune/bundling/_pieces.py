"""Values of a corpus that was edited, put together from those of the old one and of what is new in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ragtune.types import Chunks, Corpus, Ints, Tokens, unpack_json

DOCUMENT_WISE = ("chunker", "tokenizer")
"""Kinds of components that give chunks and tokens document by document: what becomes of one rests on no other."""


@dataclass(frozen=True)
class Pieces:
    """Where each document of an edited corpus comes from: `corpora[source]`, and its `place` there; (n_documents,) int64."""

    corpora: tuple[Corpus, ...]
    source: Ints
    place: Ints

    @property
    def corpus(self) -> Corpus:
        """The documents in their new order."""
        rows = zip(self.source.tolist(), self.place.tolist(), strict=True)
        return Corpus(tuple(self.corpora[source].documents[place] for source, place in rows))

    def of(self, values: Sequence[Any], corpus: Corpus) -> Any:
        """A document-wise value of the new corpus, from that of each of `corpora`."""
        return self._chunks(values) if isinstance(values[0], Chunks) else self._tokens(values, corpus)

    def _chunks(self, values: Sequence[Chunks]) -> Chunks:
        """By document, in the order in which each has them."""
        parts = [self._renumbered(source, chunks) for source, chunks in enumerate(values)]
        document = np.concatenate([chunks.document for chunks in parts])
        order = np.argsort(document, kind="stable")
        names = ("start", "end", "wide_start", "wide_end", "wide_from")
        told = {name: np.concatenate([getattr(chunks, name) for chunks in parts]) for name in names}
        rows = {name: column[order] if len(column) else column for name, column in told.items()}
        among = next((chunks.wide_among for chunks in parts if len(chunks.wide_among)), values[0].wide_among)
        found = Chunks(document[order], **rows, wide_among=among)
        headers = [header for chunks in parts for header in _headers(chunks)]
        return found.with_headers([headers[i] for i in order.tolist()]) if any(headers) else found

    def _renumbered(self, source: int, chunks: Chunks) -> Chunks:
        """The chunks of documents that are kept, which are known by their new places."""
        mine = np.flatnonzero(self.source == source)
        new = np.full(len(self.corpora[source].documents), -1, dtype=np.int64)
        new[self.place[mine]] = mine
        document = new[chunks.document]
        kept = document >= 0
        names = ("start", "end", "wide_start", "wide_end", "wide_from", "header")
        columns = {name: getattr(chunks, name) for name in names}
        rows = {name: column[kept] if len(column) else column for name, column in columns.items()}
        return replace(chunks, document=document[kept], **rows)

    def _tokens(self, values: Sequence[Tokens], corpus: Corpus) -> Tokens:
        """Where tokens begin, counted from where their document does now."""
        bounds = [np.searchsorted(v.starts, c.offsets) for v, c in zip(values, self.corpora, strict=True)]
        rows = zip(self.source.tolist(), self.place.tolist(), corpus.offsets[:-1].tolist(), strict=True)
        starts = [
            values[source].starts[bounds[source][at] : bounds[source][at + 1]]
            + (begins - self.corpora[source].offsets[at])
            for source, at, begins in rows
        ]
        return Tokens(np.concatenate(starts) if starts else np.zeros(0, np.int64))


def _headers(chunks: Chunks) -> list[str]:
    """The header of each chunk, "" for none."""
    if not len(chunks.header):
        return [""] * len(chunks)
    told = unpack_json({"jsonl": chunks.headers})
    return [told[i] for i in chunks.header.tolist()]
