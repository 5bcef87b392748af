"""Embedders turn texts into vectors whose dot product is a likeness."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from ragtune.component import Component, RowMemo, work
from ragtune.errors import StepError
from ragtune.types import Chunks, Corpus, Queries, Vectors


class Encoder(Protocol):
    """A loaded model. Loading is cached for the whole process; the model is never on a component."""

    dim: int
    workers: int
    """How many batches may be encoded at once, by threads."""

    def batches(self, texts: Sequence[str]) -> list[list[int]]:
        """A partition of `range(len(texts))`; it depends on the texts alone."""
        ...

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One batch: (n, dim) float32, rows of unit length, or zero for a text in which the model knows nothing."""
        ...


class Embedder(Component):
    """Base of the embedders. Both verbs go through the row memo: a text is embedded once, ever."""

    kind: ClassVar[str] = "embedder"

    def encoder(self, *, queries: bool) -> Encoder:
        """The model, loaded, as it reads queries or documents."""
        raise NotImplementedError

    @work(keep="memo", online=False)
    def embed(self, chunks: Chunks, corpus: Corpus, *, memo: RowMemo) -> Vectors:
        """(n_chunks, dim)."""
        return self.vectors(chunks.texts(corpus), memo, queries=False)

    @work(keep="memo")
    def embed_queries(self, queries: Queries, *, memo: RowMemo) -> Vectors:
        """(n_queries, dim)."""
        return self.vectors(queries.texts, memo, queries=True)

    def vectors(self, texts: Sequence[str], memo: RowMemo, *, queries: bool) -> Vectors:
        """(n_texts, dim), read as queries or as documents."""
        rows = memo.rows(texts, lambda: _Rows(self.encoder(queries=queries), str(self)))
        matrix = np.frombuffer(b"".join(rows), dtype=np.float32)
        return Vectors(matrix.reshape(len(texts), -1) if len(texts) else np.zeros((0, 1), np.float32))


@dataclass(frozen=True)
class _Rows:
    """An encoder whose rows are bytes, as the row memo keeps them."""

    encoder: Encoder
    name: str

    @property
    def workers(self) -> int:
        return self.encoder.workers

    def batches(self, texts: Sequence[str]) -> list[list[int]]:
        return self.encoder.batches(texts)

    def rows(self, texts: Sequence[str]) -> list[bytes]:
        matrix = np.ascontiguousarray(self.encoder.encode(texts), dtype=np.float32)
        if matrix.shape != (len(texts), self.encoder.dim):
            raise StepError(f"{self.name} gave {matrix.shape} for {len(texts)} texts of dimension {self.encoder.dim}")
        bad = np.flatnonzero(~np.isfinite(matrix).all(axis=1))
        if len(bad):
            raise StepError(f"{self.name} gave a vector with NaN or infinity for the text {texts[bad[0]][:60]!r}")
        return [row.tobytes() for row in matrix]
