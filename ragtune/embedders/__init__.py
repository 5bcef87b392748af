"""Embedders turn texts into vectors whose dot product is a likeness."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from ragtune.component import AwaitedModel, Component, RowMemo, RowModel, work
from ragtune.errors import StepError
from ragtune.types import Chunks, Corpus, Queries, Vectors

AT_ONCE: ContextVar[bool] = ContextVar("at_once", default=False)
"""Whether somebody waits for a few vectors: then a model may be run in a way that is quick to load, to about 1e-6."""


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


class BadTextError(StepError):
    """A model made nothing useful of one text."""

    def __init__(self, message: str, text: str) -> None:
        self.text = text
        super().__init__(message)


class Embedder(Component):
    """Base of the embedders. Both verbs go through the row memo: a text is embedded once, ever."""

    kind: ClassVar[str] = "embedder"
    verb: ClassVar[str] = "embed"
    zero_means_failure: ClassVar[bool] = False
    """A neural model never gives the zero vector; a static one does, for a text without any token it knows."""

    def encoder(self, *, queries: bool) -> Encoder:
        """The model, loaded, as it reads queries or documents."""
        raise NotImplementedError

    def row_model(self, *, queries: bool) -> RowModel | AwaitedModel:
        """The model, loaded, as the row memo asks it: a row is (dim,) float32."""
        return _Rows(self.encoder(queries=queries), self, self.zero_means_failure)

    @work(keep="memo", online=False)
    def embed(self, chunks: Chunks, corpus: Corpus, *, memo: RowMemo) -> Vectors:
        """(n_chunks, dim)."""
        texts = chunks.indexed_texts(corpus)
        try:
            return self.vectors(texts, memo, queries=False)
        except BadTextError as error:
            raise StepError(f"{error}: {where(error.text, texts, chunks, corpus)}") from error

    @work(keep="memo")
    def embed_queries(self, queries: Queries, *, memo: RowMemo) -> Vectors:
        """(n_queries, dim)."""
        return self.vectors(queries.texts, memo, queries=True)

    def vectors(self, texts: Sequence[str], memo: RowMemo, *, queries: bool) -> Vectors:
        """(n_texts, dim), read as queries or as documents."""
        rows = memo.rows(texts, lambda: self.row_model(queries=queries))
        widths = sorted({len(row) // 4 for row in rows})
        if len(widths) > 1:
            raise StepError(
                f"{self} has vectors of dimension {' and '.join(map(str, widths))} for one step: the model behind that "
                "name has changed since some were computed. Name the model apart, or begin a new workspace"
            )
        matrix = np.frombuffer(b"".join(rows), dtype=np.float32)
        return Vectors(matrix.reshape(len(texts), -1) if len(texts) else np.zeros((0, 1), np.float32))


@dataclass(frozen=True)
class _Rows:
    """An encoder whose rows are bytes, as the row memo keeps them."""

    encoder: Encoder
    embedder: Embedder
    strict: bool = False

    @property
    def workers(self) -> int:
        return self.encoder.workers

    def batches(self, texts: Sequence[str]) -> list[list[int]]:
        return self.encoder.batches(texts)

    def rows(self, texts: Sequence[str]) -> list[bytes]:
        matrix = np.ascontiguousarray(self.encoder.encode(texts), dtype=np.float32)
        if matrix.shape != (len(texts), self.encoder.dim):
            raise StepError(
                f"{self.embedder} gave {matrix.shape} for {len(texts)} texts of dimension {self.encoder.dim}"
            )
        for text, row in zip(texts, matrix, strict=True):
            if not np.isfinite(row).all():
                raise self._bad("a vector with NaN or infinity", text)
            if self.strict and not row.any():
                raise self._bad("the zero vector", text)
        return [row.tobytes() for row in matrix]

    def _bad(self, what: str, text: str) -> BadTextError:
        return BadTextError(f"{self.embedder} gave {what} for the text {text[:60]!r}", text)


def where(text: str, texts: Sequence[str], chunks: Chunks, corpus: Corpus) -> str:
    """The chunks that a text is the text of: `in doc:0-90, doc:180-270 and 3 more`."""
    ids = [chunks.id(i, corpus) for i, other in enumerate(texts) if other == text]
    more = f" and {len(ids) - 3:,} more" if len(ids) > 3 else ""
    return f"in {', '.join(ids[:3])}{more}"
