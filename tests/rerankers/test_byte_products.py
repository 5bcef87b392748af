"""Products of whole numbers: the same by numpy and by torch, and taken from torch only where it is right and quicker."""

from __future__ import annotations

import numpy as np
import pytest

from ragtune.rerankers import _byte_products
from ragtune.rerankers._byte_products import bit_products, by_numpy, by_torch

RNG = np.random.default_rng(0)
ASKED = RNG.integers(-127, 128, size=(9, 20)).astype(np.int8)


@pytest.fixture(autouse=True)
def found_out_anew():
    _byte_products._quickest.cache_clear()
    yield
    _byte_products._quickest.cache_clear()


@pytest.mark.parametrize("n", [0, 1, 100, 9000])
def test_bits_by_hand_and_in_parts(n):
    bits = RNG.integers(0, 2, size=(n, 20)).astype(np.uint8)
    found = bit_products(np.packbits(bits, axis=1).reshape(n, 3), ASKED)
    assert found.shape == (9, n) and np.array_equal(found, ASKED.astype(int) @ bits.T.astype(int))


def test_numpy_and_torch_agree():
    bits = RNG.integers(0, 2, size=(500, 20)).astype(np.int8)
    assert np.array_equal(by_torch(bits, ASKED), by_numpy(bits, ASKED))


@pytest.mark.parametrize("dim", [384, 2000])
def test_bytes_of_the_greatest_size_are_exact(dim):
    most = np.full((3, dim), 127, dtype=np.int8)
    assert by_numpy(most, -most).tolist() == [[-(127**2) * dim] * 3] * 3


def test_torch_is_left_where_it_is_wrong_or_lacks_it(monkeypatch):
    import torch

    monkeypatch.setattr(torch, "_int_mm", lambda a, b: torch.zeros(a.shape[0], b.shape[1], dtype=torch.int32))
    assert _byte_products._quickest() is by_numpy
    _byte_products._quickest.cache_clear()
    monkeypatch.delattr(torch, "_int_mm")
    assert _byte_products._quickest() is by_numpy
