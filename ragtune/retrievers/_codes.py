"""Vectors in fewer bits, and what is known of their products from these alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ragtune.types import Floats, Value

Quantization = Literal["none", "int8", "binary"]
_CLIPPED = 0.99
"""Share of the numbers that int8 holds without clipping (Qdrant's scalar quantisation, `quantile: 0.99`)."""


@dataclass(frozen=True, eq=False)
class Codes(Value):
    """`code` (n, width): float32 unit vectors, int8, or bits packed into uint8; `scale` (2,) float64: 127 / clip, dim."""

    code: NDArray[Any]
    scale: Floats


def codes_of(matrix: NDArray[np.float32], quantization: Quantization) -> Codes:
    """Of (n, dim) unit vectors.

    int8: all numbers by one scale, so that products keep their order. binary: the sign of each number, 1 where it is above 0.
    """
    clip = 1.0
    if quantization == "int8" and matrix.size:
        clip = float(np.quantile(np.abs(matrix), _CLIPPED)) or 1.0
    scale = np.array([127 / clip, matrix.shape[1]])
    return Codes(encode(matrix, quantization, scale), scale)


def encode(matrix: NDArray[np.float32], quantization: Quantization, scale: Floats) -> NDArray[Any]:
    """Codes of other vectors, as queries, by the same scale."""
    if quantization == "int8":
        whole: NDArray[np.int8] = np.clip(np.rint(matrix * scale[0]), -127, 127).astype(np.int8)
        return whole
    if quantization == "binary":
        bits: NDArray[np.uint8] = np.packbits(matrix > 0, axis=1)
        return bits
    return np.ascontiguousarray(matrix, dtype=np.float32)


def likeness(asked: NDArray[Any], held: NDArray[Any], quantization: Quantization, scale: Floats) -> Floats:
    """(n,) the cosines of one quantised code with n others, as far as codes tell.

    Of bits: the cosine of the angle that their Hamming distance stands for, π × distance / dim (Charikar 2002).
    """
    if quantization == "binary":
        distance = np.bitwise_count(np.bitwise_xor(held, asked)).sum(axis=1)
        cosines: Floats = np.cos(np.pi * distance / max(1.0, scale[1]))
        return cosines
    products: Floats = (held.astype(np.float64) @ asked.astype(np.float64)) / scale[0] ** 2
    return products
