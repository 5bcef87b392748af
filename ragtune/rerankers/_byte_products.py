"""Products of bits with bytes: whole numbers, and so the same by whatever computes them. What is quickest here does."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ragtune.embedders._bert import one_thread

_ONE_THREAD = 1 << 18
"""Multiplications for which OpenBLAS takes no second thread. Its threads wait for each other without sleeping, and where
requests already share the cores, that takes a hundred times as long as the work."""
_PROBE = 1024, 384, 16

Bits = NDArray[np.uint8]
Product = Callable[[Bits, NDArray[np.int8]], NDArray[Any]]


def bit_products(bits: Bits, asked: NDArray[np.int8]) -> NDArray[Any]:
    """(n_asked, n): `asked` (n_asked, dim) int8 with rows of 0 and 1, (n, dim); an integer, or a float that holds it."""
    product = _quickest() if "torch" in sys.modules and len(bits) else by_numpy
    return product(bits, asked)


def float_products(numbers: NDArray[Any], asked: NDArray[Any]) -> NDArray[Any]:
    """The same of any numbers, of the kind of float that these are: a few rows at a time."""
    query = np.ascontiguousarray(asked.T, dtype=numbers.dtype)
    found = np.empty((len(numbers), len(asked)), dtype=numbers.dtype)
    step = max(1, _ONE_THREAD // max(1, query.size))
    for at in range(0, len(numbers), step):
        np.matmul(numbers[at : at + step], query, out=found[at : at + step])
    return found.T


def by_numpy(bits: Bits, asked: NDArray[np.int8]) -> NDArray[Any]:
    """As float32, which holds them for up to 130,000 dimensions."""
    return float_products(bits.astype(np.float32), asked)


def by_torch(bits: Bits, asked: NDArray[np.int8]) -> NDArray[Any]:
    """As bytes, of which a processor may multiply 64 at a time."""
    import torch

    query = torch.from_numpy(asked.copy())  # torch warns of arrays that must not be written
    with one_thread():
        found: NDArray[Any] = torch._int_mm(query, torch.from_numpy(bits.view(np.int8)).t()).numpy()
    return found


@cache
def _quickest() -> Product:
    """Torch's product where there is one, and it is right, and quicker; found out once a process."""
    rng = np.random.default_rng(0)
    n, dim, n_asked = _PROBE
    bits = rng.integers(0, 2, size=(n, dim)).astype(np.uint8)
    asked = rng.integers(-127, 128, size=(n_asked, dim)).astype(np.int8)
    try:
        right = np.array_equal(by_torch(bits, asked), by_numpy(bits, asked))
    except (AttributeError, RuntimeError, NotImplementedError):
        return by_numpy
    return by_torch if right and _seconds(by_torch, bits, asked) < _seconds(by_numpy, bits, asked) else by_numpy


def _seconds(product: Product, bits: Bits, asked: NDArray[np.int8]) -> float:
    times = []
    for _ in range(5):
        began = time.perf_counter()
        product(bits, asked)
        times.append(time.perf_counter() - began)
    return min(times)
