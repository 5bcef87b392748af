"""Token vectors that share one."""

from __future__ import annotations

import numpy as np
import pytest

from ragtune.rerankers._token_pooling import pooled

EAST, NORTH = [1.0, 0.0], [0.0, 1.0]
NEARLY_EAST = [0.8, 0.6]


def test_those_that_are_like_each_other_share_a_vector_whatever_their_length():
    vectors = np.array([NORTH, [3.0, 0.0], NORTH, NEARLY_EAST], dtype=np.float32)
    assert pooled(vectors, 2) == pytest.approx(np.array([NORTH, [0.9, 0.3]]))
    assert pooled(vectors, 4) == pytest.approx(np.array([[0.45, 0.65]]))


@pytest.mark.parametrize("n", [0, 1, 2, 5, 40])
@pytest.mark.parametrize("per", [1, 2, 3])
def test_as_many_as_were_asked_for_at_most(n, per):
    vectors = np.random.default_rng(n).normal(size=(n, 6)).astype(np.float32)
    found = pooled(vectors, per)
    assert found.dtype == np.float32 and len(found) <= -(-n // per) and (len(found) > 0) == (n > 0)
    assert pooled(vectors, 1) is vectors


def test_equal_and_zero_vectors():
    assert pooled(np.zeros((4, 3), dtype=np.float32), 2).tolist() == [[0.0] * 3]
    assert len(pooled(np.ones((4, 3), dtype=np.float32), 2)) == 1
