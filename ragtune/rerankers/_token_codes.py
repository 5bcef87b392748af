"""Token vectors in fewer bits, and their cosines.

Codes are whole numbers, and so are their products, which a sum of floating-point numbers holds exactly in any order. So the
cosine of two tokens is the same whatever it is computed beside, one request at a time or all at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ragtune.errors import StepError
from ragtune.rerankers._byte_products import bit_products, by_numpy, exact_float
from ragtune.types import Ints, Value

Stored = Literal["binary", "int8"]
_HEAD = np.dtype(np.int32)


@dataclass(frozen=True, eq=False)
class TokenCodes(Value):
    """The tokens of texts, end to end: those of text i are `code[begin[i]:begin[i + 1]]`.

    `code` is (n_tokens, dim) int8, or (n_tokens, dim / 8) uint8, a bit for each number: whether it is above 0. `begin` is
    (n_texts + 1,) int64.
    """

    code: NDArray[Any]
    begin: Ints

    def of(self, text: int) -> NDArray[Any]:
        """The codes of one text."""
        return self.code[self.begin[text] : self.begin[text + 1]]

    def rows(self) -> list[bytes]:
        """Each text as the row memo keeps it."""
        return [_row(self.of(text)) for text in range(len(self.begin) - 1)]


def _row(code: NDArray[Any]) -> bytes:
    return _HEAD.type(code.shape[1]).tobytes() + code.tobytes()


def pack(vectors: NDArray[np.float32], stored: Stored) -> bytes:
    """The tokens of a text as the row memo keeps them: how long a code is, and the codes.

    int8: each token by a scale of its own, so that its greatest number becomes 127.
    """
    if stored == "binary":
        code = np.packbits(vectors > 0, axis=1)
    else:
        greatest = np.abs(vectors).max(axis=1, keepdims=True, initial=0.0)
        code = np.rint(vectors * (127 / np.where(greatest > 0, greatest, 1))).astype(np.int8)
    return _row(code)


def unpack(rows: Sequence[bytes], stored: Stored, name: str) -> TokenCodes:
    """The tokens of packed rows."""
    widths = sorted({int(np.frombuffer(row, _HEAD, 1)[0]) for row in rows})
    if len(widths) > 1:
        raise StepError(
            f"{name} has token vectors of sizes {' and '.join(map(str, widths))} for one step: the model behind that name "
            "has changed since some were computed. Name the model apart, or begin a new workspace"
        )
    width = max([1, *widths])
    flat = np.frombuffer(b"".join(row[_HEAD.itemsize :] for row in rows), np.uint8 if stored == "binary" else np.int8)
    lengths = [(len(row) - _HEAD.itemsize) // width for row in rows]
    return TokenCodes(flat.reshape(-1, width), np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64))


def greatest_cosines(asked: NDArray[np.int8], held: TokenCodes, texts: Ints) -> NDArray[np.float32]:
    """(n_asked, n_texts): of each token that is asked for, (n_asked, dim), the greatest cosine with a token of each text.

    With the code of a token, that is: the numbers of a binary one are all 1 or -1. A text without tokens has -1.
    """
    best = np.full((len(asked), len(texts)), -1.0, dtype=np.float32)
    begin, end = held.begin[texts], held.begin[texts + 1]
    some = np.flatnonzero(begin < end)
    if len(some):
        begin, end = begin[some], end[some]
        codes = np.concatenate([held.code[a:b] for a, b in zip(begin.tolist(), end.tolist(), strict=True)])
        ends = np.cumsum(end - begin)
        of = _of_bits if codes.dtype == np.uint8 else _of_bytes
        best[:, some] = of(codes, asked, ends - (end - begin))
    return best


def _of_bits(codes: NDArray[np.uint8], asked: NDArray[np.int8], begins: Ints) -> NDArray[Any]:
    """The greatest cosine of each run of codes: with 1 and -1 for 1 and 0, a product is twice as much, less the sum."""
    numbers = asked.astype(np.float64)
    greatest = np.maximum.reduceat(bit_products(codes, asked), begins, axis=1)
    signed = 2 * greatest - numbers.sum(axis=1, keepdims=True)
    cosines: NDArray[Any] = signed / (_lengths(numbers)[:, None] * np.sqrt(asked.shape[1]))
    return cosines


def _of_bytes(codes: NDArray[np.int8], asked: NDArray[np.int8], begins: Ints) -> NDArray[Any]:
    """The same of bytes, whose lengths differ."""
    greatest = np.maximum.reduceat(
        by_numpy(codes, asked) / _lengths(codes.astype(exact_float(codes.shape[1]))), begins, axis=1
    )
    cosines: NDArray[Any] = greatest / _lengths(asked.astype(np.float64))[:, None]
    return cosines


def _lengths(numbers: NDArray[Any]) -> NDArray[Any]:
    """Of the rows, at least 1: the squares sum up to whole numbers, the same in any order."""
    lengths: NDArray[Any] = np.maximum(np.sqrt(np.vecdot(numbers, numbers)), 1)
    return lengths
