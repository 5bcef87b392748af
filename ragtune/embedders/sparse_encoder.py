"""Sparse neural embeddings: SPLADE and its kin, by sentence-transformers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, ClassVar

import numpy as np
from pydantic import Field, PositiveInt

from ragtune.component import Affects, RowMemo, register, work
from ragtune.embedders import BadTextError, Embedder, _hub, _sparse, where
from ragtune.embedders._sparse import SparseVectors
from ragtune.errors import StepError
from ragtune.types import Chunks, Corpus, Queries

if TYPE_CHECKING:
    from sentence_transformers import SparseEncoder as Model

BATCH_TEXTS = 32
NAME = "embedder sparse-encoder"


@register
class SparseEncoder(Embedder):
    """A learned sparse model (SPLADE, Formal et al. 2021, and others) run by the sentence-transformers package.

    It gives each text weights for the terms of its vocabulary, also for terms that the text does not hold. It stands in
    the retriever that searches with it: `sparse(embedder=sparse-encoder(model=…))`. `model` is a folder, whose content is
    part of the key, or a name on the Hugging Face hub, whose commit is. `max_active_dims` keeps only the heaviest terms
    of a text. Prompts, where the model's own configuration has them, are used. Code that comes with a model is never run.
    Source: https://sbert.net/docs/sparse_encoder/usage/usage.html
    """

    sparse: ClassVar[bool] = True

    model: Annotated[str, Field(min_length=1), Affects()]
    revision: Annotated[str | None, Affects()] = None
    max_tokens: PositiveInt | None = None
    max_active_dims: PositiveInt | None = None
    device: Annotated[str | None, Affects()] = None

    def key(self, verb: str) -> str:
        """With the content of the folder, or the commit on the hub."""
        one_by_one = _hub.ONE_BY_ONE if verb == "embed_queries" else ""
        return f"{super().key(verb)}{_hub.fingerprint(NAME, self.model, self.revision)}{one_by_one}"

    @work(keep="memo", online=False)
    def embed(self, chunks: Chunks, corpus: Corpus, *, memo: RowMemo) -> SparseVectors:  # type: ignore[override]
        """(n_chunks, dim), sparse."""
        texts = chunks.indexed_texts(corpus)
        try:
            return self.sparse_vectors(texts, memo, queries=False)
        except BadTextError as error:
            raise StepError(f"{error}: {where(error.text, texts, chunks, corpus)}") from error

    @work(keep="memo")
    def embed_queries(self, queries: Queries, *, memo: RowMemo) -> SparseVectors:  # type: ignore[override]
        """(n_queries, dim), sparse."""
        return self.sparse_vectors(queries.texts, memo, queries=True)

    def sparse_vectors(self, texts: Sequence[str], memo: RowMemo, *, queries: bool) -> SparseVectors:
        """(n_texts, dim), read as queries or as documents."""
        return _sparse.unpack(memo.rows(texts, lambda: _Rows(_load(self), str(self), queries)), str(self))


@dataclass(frozen=True)
class _Rows:
    """A model whose rows are the bytes of its terms and their weights."""

    model: Model
    name: str
    queries: bool
    workers: int = 1  # the package uses all cores for one batch

    def batches(self, texts: Sequence[str]) -> list[list[int]]:
        order = sorted(range(len(texts)), key=lambda i: (-len(texts[i]), i))
        return [order[at : at + BATCH_TEXTS] for at in range(0, len(order), BATCH_TEXTS)]

    def rows(self, texts: Sequence[str]) -> list[bytes]:
        encode = self.model.encode_query if self.queries else self.model.encode_document
        batch = _hub.at_a_time(self.model, BATCH_TEXTS) if self.queries else BATCH_TEXTS
        matrix = encode(list(texts), batch_size=batch, show_progress_bar=False, save_to_cpu=True).coalesce()
        (row, term), weight = matrix.indices().numpy(), matrix.values().float().numpy()
        bad = ~(np.isfinite(weight) & (weight >= 0))
        for i in np.unique(row[bad]).tolist():
            raise BadTextError(f"{self.name} gave a NaN, infinite or negative weight for {texts[i][:60]!r}", texts[i])
        row, term, weight = row[weight > 0], term[weight > 0], weight[weight > 0]
        ends = np.searchsorted(row, np.arange(len(texts) + 1))
        parts = [slice(a, b) for a, b in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True)]
        return [_sparse.pack(term[part], weight[part], int(matrix.shape[1])) for part in parts]


def _load(knobs: SparseEncoder) -> Model:
    return _hub.load(NAME, knobs.model, lambda: _loaded(knobs))


@lru_cache(maxsize=2)
def _loaded(knobs: SparseEncoder) -> Model:
    from sentence_transformers import SparseEncoder as Model

    model = Model(
        _hub.place(NAME, knobs.model, knobs.revision),
        revision=knobs.revision,
        device=knobs.device,
        max_active_dims=knobs.max_active_dims,
        trust_remote_code=False,
    )
    if knobs.max_tokens is not None:
        model.max_seq_length = knobs.max_tokens
    return model
