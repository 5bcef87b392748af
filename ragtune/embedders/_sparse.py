"""Vectors that are zero nearly everywhere: a number for each of the few terms that a text is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from ragtune.errors import StepError
from ragtune.types import Ints, Value


@dataclass(frozen=True, eq=False)
class SparseVectors(Value):
    """Rows of a sparse matrix (CSR): row i has `weight[indptr[i]:indptr[i + 1]]` in the dimensions `term[…]`, rising.

    `term` is (n,) int32, `weight` (n,) float32 and above 0, `indptr` (n_rows + 1,) int64; `dim` is a single number.
    """

    term: NDArray[np.int32]
    weight: NDArray[np.float32]
    indptr: Ints
    dim: Ints

    def rows(self) -> list[bytes]:
        """A row for each text, as the row memo keeps it."""
        bounds, dim = self.indptr.tolist(), int(self.dim[0])
        return [pack(self.term[a:b], self.weight[a:b], dim) for a, b in pairwise(bounds)]

    @property
    def matrix(self) -> NoReturn:
        """What retrievers over dense vectors ask for."""
        raise StepError(
            "these are the vectors of a sparse embedder, and a dense one is needed: name it in the retriever `sparse` "
            "instead, as {sparse: {embedder: …}}, and a dense embedder in the slot"
        )


def pack(term: Ints, weight: NDArray[np.floating], dim: int) -> bytes:
    """One row as the row memo keeps it: the number of dimensions, the terms, their weights."""
    return b"".join([np.int32(dim).tobytes(), term.astype(np.int32).tobytes(), weight.astype(np.float32).tobytes()])


def unpack(rows: Sequence[bytes], name: str) -> SparseVectors:
    """The matrix of packed rows."""
    dims = sorted({int(np.frombuffer(row, np.int32, 1)[0]) for row in rows})
    if len(dims) > 1:
        raise StepError(
            f"{name} has vectors of dimension {' and '.join(map(str, dims))} for one step: the model behind that name has "
            "changed since some were computed. Name the model apart, or begin a new workspace"
        )
    counts = [(len(row) - 4) // 8 for row in rows]
    term = np.frombuffer(b"".join(row[4 : 4 + 4 * n] for row, n in zip(rows, counts, strict=True)), np.int32)
    weight = np.frombuffer(b"".join(row[4 + 4 * n :] for row, n in zip(rows, counts, strict=True)), np.float32)
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return SparseVectors(term, weight, indptr, np.array(dims or [0], dtype=np.int64))
