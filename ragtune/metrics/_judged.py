"""One ranking or one packed context beside the evidence: what the measures share, worked out when first asked for."""

from __future__ import annotations

from functools import cached_property
from typing import Literal

import numpy as np

from ragtune.metrics._found import NEVER, Found
from ragtune.metrics._rows import Rows
from ragtune.metrics._text import Text
from ragtune.metrics._truth import ChunkTruth, Truth, chunk_truth_of, truth_of
from ragtune.types import Chunks, Contexts, Corpus, Floats, Ints, Judgments, Ranking

Unit = Literal["document", "evidence"]


class Judged:
    """A ranking, or the packed contexts, of all queries, with their evidence; made by `of_ranking` or `of_contexts`."""

    def __init__(
        self,
        truth: Truth,
        offsets: Ints,
        ranked: tuple[Ranking, Chunks] | None = None,
        contexts: Contexts | None = None,
    ) -> None:
        self._truth = truth
        self._offsets = offsets
        self._ranked = ranked
        self._contexts = contexts
        self._texts: dict[int | None, Text] = {}

    @classmethod
    def of_ranking(cls, ranking: Ranking, chunks: Chunks, corpus: Corpus, judgments: Judgments) -> Judged:
        """For measures of the level `ranking`."""
        return cls(truth_of(judgments, corpus), corpus.offsets, ranked=(ranking, chunks))

    @classmethod
    def of_contexts(cls, contexts: Contexts, corpus: Corpus, judgments: Judgments) -> Judged:
        """For measures of the level `context`."""
        return cls(truth_of(judgments, corpus), corpus.offsets, contexts=contexts)

    @property
    def ranking(self) -> Ranking:
        """The ranking judged."""
        return self._ranking_and_chunks[0]

    @property
    def chunks(self) -> Chunks:
        """The chunks that the ranking ranks."""
        return self._ranking_and_chunks[1]

    @property
    def contexts(self) -> Contexts:
        """The contexts judged."""
        if self._contexts is None:
            raise TypeError("this measure needs packed contexts, and a ranking is judged")
        return self._contexts

    @property
    def _ranking_and_chunks(self) -> tuple[Ranking, Chunks]:
        if self._ranked is None:
            raise TypeError("this measure needs a ranking, and packed contexts are judged")
        return self._ranked

    def found(self, unit: Unit) -> Found:
        """The ranks of relevant documents, or of the needs of the queries; a need has the rank where it is met first."""
        return self._documents if unit == "document" else self._needs

    def relevant_within(self, k: int, unit: Unit) -> Floats:
        """(n_queries,) how many of the first `k` results are relevant: documents, or chunks; all where none can be."""
        if unit == "document":
            found = self._documents.within(k)
        else:
            query, rank = self._relevant_chunks
            found = np.bincount(query[rank <= k], minlength=self._truth.n_queries).astype(np.float64)
        return np.where(self._truth.needs.count > 0, found, float(k))

    def text(self, k: int | None) -> Text:
        """The text of the first `k` chunks, or of the packed contexts when `k` is None, beside the evidence's."""
        if k not in self._texts:
            self._texts[k] = self._packed if k is None else self._top(k)
        return self._texts[k]

    @property
    def all_relevant_text(self) -> Text:
        """The text of exactly all chunks that hold any evidence, whatever was retrieved."""
        return self._text(*self._chunk_truth.touching)

    def _text(self, query: Ints, chunk: Ints) -> Text:
        truth = self._chunk_truth
        return Text(self._truth, query, truth.start[chunk], truth.end[chunk])

    def _top(self, k: int) -> Text:
        ranked = self.ranking.chunk[:, :k]
        query, rank = np.nonzero(ranked >= 0)
        return self._text(query, ranked[query, rank])

    @property
    def _packed(self) -> Text:
        packed = self.contexts
        base = self._offsets[packed.document]
        return Text(self._truth, packed.query, base + packed.start, base + packed.end)

    @cached_property
    def _rows(self) -> Rows:
        return Rows(self.ranking, self.chunks)

    @property
    def _chunk_truth(self) -> ChunkTruth:
        return chunk_truth_of(self._truth, self.chunks, self._offsets)

    @cached_property
    def _documents(self) -> Found:
        items, document = self._truth.documents
        rank = self._rows.rank_of_document(items.query, document, collapsed=True)
        return Found.of(items, np.where(rank > self._rows.depth, NEVER, rank))

    @cached_property
    def _needs(self) -> Found:
        truth, rows = self._truth, self._rows
        first = np.full(len(truth.need_begin), rows.depth + 1)
        piece, chunk = self._chunk_truth.relevant
        np.minimum.at(first, truth.need[piece], rows.rank_of_chunk(truth.query[piece], chunk))
        if truth.whole.any():
            query, document = truth.query[truth.whole], truth.document[truth.whole]
            np.minimum.at(first, truth.need[truth.whole], rows.rank_of_document(query, document, collapsed=False))
        return Found.of(truth.needs, np.where(first > rows.depth, NEVER, first))

    @cached_property
    def _relevant_chunks(self) -> tuple[Ints, Ints]:
        """Query and rank of every chunk in the ranking that is relevant to any piece of evidence, each once."""
        truth, rows = self._truth, self._rows
        piece, chunk = self._chunk_truth.relevant
        query, rank = truth.query[piece], rows.rank_of_chunk(truth.query[piece], chunk)
        if truth.whole.any():
            owners = truth.query[truth.whole]
            owner, ranks = rows.ranks_in_document(owners, truth.document[truth.whole])
            query, rank = np.concatenate([query, owners[owner]]), np.concatenate([rank, ranks])
        pairs = np.unique(query[rank <= rows.depth] * (rows.depth + 1) + rank[rank <= rows.depth])
        return np.divmod(pairs, rows.depth + 1)
