"""A ranking made elsewhere: a system that already exists takes part without being built again."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import numpy as np

from ragtune.component import Affects, register, work
from ragtune.files import content
from ragtune.retrievers import Retriever, _trec
from ragtune.types import Chunks, Corpus, Ints, Names, Ranking

_log = logging.getLogger(__name__)


@register
class Run(Retriever):
    """A TREC run file: lines of query id, `Q0`, document id, rank, score, tag, as trec_eval reads them, by score.

    A document's chunks follow each other at its rank, in document order; `{id}:{start}-{end}` instead of an id brings the
    chunks that overlap that span. Equal scores go by rank. Ids that the dataset does not have are refused, or passed over
    with `unknown: skip`. A query that the file does not have finds nothing. The content of the file is part of the key;
    a relative `path` counts from the working directory. How long that system took is not known, and so is no latency.
    Source: https://trec.nist.gov
    """

    recorded: ClassVar[bool] = True
    """Latencies of what rests on this are unknown."""

    path: Annotated[Path, Affects()]
    unknown: Annotated[Literal["refuse", "skip"], Affects({"rank"})] = "refuse"

    def key(self, verb: str) -> str:
        """With the content of the file."""
        return super().key(verb) + content(self.path, "run file")

    @work(keep="file", online=False)
    def rank(self, query_ids: Names, chunks: Chunks, corpus: Corpus) -> Ranking:
        """The file's documents as chunks."""
        rows = _trec.read(self.path, content(self.path, "run file"))
        documents = {document.id: i for i, document in enumerate(corpus.documents)}
        if self.unknown == "refuse":
            _trec.refuse(list(_trec.unknown(rows, self.path, set(query_ids.names), documents)), self.path)
        of_query: dict[str, list[_trec.Row]] = {}
        for row in rows:
            of_query.setdefault(row.query, []).append(row)
        silent = sum(name not in of_query for name in query_ids.names)
        if silent:
            _log.warning(
                f"{self.path}: {silent:,} of {len(query_ids.names):,} queries are not in this run; they find nothing"
            )
        begins = np.searchsorted(chunks.document, np.arange(len(documents) + 1))
        chunk = np.full((len(query_ids.names), self.depth), -1, dtype=np.int32)
        score = np.full(chunk.shape, -np.inf)
        for i, name in enumerate(query_ids.names):
            found: dict[int, float] = {}
            for row, value in _trec.best_first(of_query.get(name, [])):
                place = _trec.place(row.name, documents)
                for c in _chunks_of(place, chunks, begins) if place and len(found) < self.depth else ():
                    found.setdefault(c, value)
            chunk[i, : len(found)] = list(found)[: self.depth]
            score[i, : len(found)] = list(found.values())[: self.depth]
        return Ranking(chunk, score)


def _chunks_of(place: _trec.Place, chunks: Chunks, begins: Ints) -> list[int]:
    """A document's chunks, or those that overlap a span of it, rising."""
    first, last = int(begins[place.document]), int(begins[place.document + 1])
    if place.start < 0:
        return list(range(first, last))
    overlap = (chunks.start[first:last] < place.end) & (chunks.end[first:last] > place.start)
    found: list[int] = (first + np.flatnonzero(overlap)).tolist()
    return found
