"""Products of bits, or of bytes, with bytes: whole numbers, and so the same by whatever computes them."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ragtune.embedders._bert import one_thread

_ROWS = 1 << 12
"""So many codes are unpacked at a time."""
_ONE_THREAD = 1 << 18
"""Multiplications for which OpenBLAS takes no second thread. Its threads wait for each other without sleeping, and where
requests already share the cores, that takes a hundred times as long as the work."""
_PROBE = 1024, 384, 16

Bytes = NDArray[np.int8]
Product = Callable[[Bytes, Bytes], NDArray[Any]]


def bit_products(codes: NDArray[np.uint8], asked: Bytes) -> NDArray[Any]:
    """(n_asked, n) whole numbers: of `asked` (n_asked, dim) with the bits of `codes` (n, dim / 8)."""
    n, dim = len(codes), asked.shape[1]
    product = _quickest() if n and "torch" in sys.modules else by_numpy
    parts = []
    for at in range(0, max(1, n), _ROWS):
        bits = np.unpackbits(codes[at : at + _ROWS].ravel()).reshape(-1, 8 * codes.shape[1])[:, :dim]
        parts.append(product(bits.view(np.int8), asked))
    return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)


def by_numpy(numbers: Bytes, asked: Bytes) -> NDArray[Any]:
    """(n_asked, n), a few rows at a time; in float32 where that holds every sum."""
    exact = exact_float(asked.shape[1])
    query: NDArray[Any] = np.ascontiguousarray(asked.T, dtype=exact)
    found = np.empty((len(numbers), len(asked)), dtype=exact)
    step = max(1, _ONE_THREAD // max(1, query.size))
    for at in range(0, len(numbers), step):
        np.matmul(numbers[at : at + step].astype(exact), query, out=found[at : at + step])
    return found.T


def exact_float(dim: int) -> type[np.floating[Any]]:
    """What holds any sum of so many products of bytes."""
    return np.float32 if dim * 127**2 < 1 << 24 else np.float64


def by_torch(bits: Bytes, asked: Bytes) -> NDArray[Any]:
    """(n_asked, n) of zeros and ones, by instructions for bytes, where the processor has them."""
    import torch

    query = torch.from_numpy(asked.copy())  # torch warns of arrays that must not be written
    with one_thread():
        found: NDArray[Any] = torch._int_mm(query, torch.from_numpy(bits).t()).numpy()
    return found


@cache
def _quickest() -> Product:
    """Torch's product where it has one that is right, and quicker; found out once a process."""
    rng = np.random.default_rng(0)
    n, dim, n_asked = _PROBE
    bits = rng.integers(0, 2, size=(n, dim)).astype(np.int8)
    asked = rng.integers(-127, 128, size=(n_asked, dim)).astype(np.int8)
    try:
        right = np.array_equal(by_torch(bits, asked), by_numpy(bits, asked))
    except (AttributeError, RuntimeError):
        return by_numpy
    return by_torch if right and _seconds(by_torch, bits, asked) < _seconds(by_numpy, bits, asked) else by_numpy


def _seconds(product: Product, bits: Bytes, asked: Bytes) -> float:
    times = []
    for _ in range(5):
        began = time.perf_counter()
        product(bits, asked)
        times.append(time.perf_counter() - began)
    return min(times)
