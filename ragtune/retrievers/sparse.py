"""Search over the vectors of a learned sparse model."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import field_validator

from ragtune.component import Affects, RowMemo, register, work
from ragtune.embedders import Embedder
from ragtune.embedders._sparse import SparseVectors
from ragtune.retrievers import Retriever
from ragtune.retrievers._postings import Postings, search
from ragtune.types import Queries, Ranking


@register
class Sparse(Retriever):
    """The dot product of sparse vectors, exactly, by an inverted index; a chunk without a term in common is not found.

    The `embedder` that gives the vectors stands here and not in the pipeline's slot, so that `hybrid` can fuse this with
    a dense search: `hybrid(retrievers=[dense, sparse(embedder=sparse-encoder(model=…))])`.
    """

    embedder: Annotated[Embedder, Affects()]

    @field_validator("embedder")
    @classmethod
    def _is_sparse(cls, embedder: Embedder) -> Embedder:
        if not getattr(type(embedder), "sparse", False):
            raise ValueError(f"{embedder} gives dense vectors; a sparse embedder is needed, as sparse-encoder")
        return embedder

    def key(self, verb: str) -> str:
        """What becomes of the queries rests on the embedder as much as what becomes of the chunks."""
        return super().key(verb) + (self.embedder.key("embed_queries") if verb == "requests" else "")

    @work(keep="no", online=False)
    def index(self, embedder: SparseVectors) -> Postings:
        """The chunks' vectors by term."""
        vectors = embedder
        n_chunks, dim = len(vectors.indptr) - 1, int(vectors.dim[0])
        chunk = np.repeat(np.arange(n_chunks, dtype=np.int32), np.diff(vectors.indptr))
        order = np.argsort(vectors.term, kind="stable")
        ends = np.cumsum(np.bincount(vectors.term, minlength=dim))
        return Postings(
            chunk[order],
            vectors.weight[order].astype(np.float64),
            np.concatenate([[0], ends]).astype(np.int64),
            np.zeros(dim),
            np.array([n_chunks]),
        )

    @work(keep="memo")
    def requests(self, queries: Queries, *, memo: RowMemo) -> SparseVectors:
        """The queries' vectors."""
        vectors: SparseVectors = self.embedder.embed_queries(queries, memo=memo)  # type: ignore[assignment]
        return vectors

    @work(keep="file")
    def rank(self, index: Postings, requests: SparseVectors) -> Ranking:
        """Chunks by the sum of products."""
        parts = [slice(a, b) for a, b in zip(requests.indptr[:-1], requests.indptr[1:], strict=True)]
        weighted = [(requests.term[part].astype(np.int64), requests.weight[part].astype(np.float64)) for part in parts]
        return search(
            index, weighted if int(index.n_chunks[0]) else [(term[:0], w[:0]) for term, w in weighted], self.depth
        )
