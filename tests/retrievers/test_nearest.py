"""What is nearest does not depend on how many ask."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragtune.retrievers._nearest import nearest
from ragtune.types import Vectors


def vectors(rows):
    return Vectors(np.array(rows, dtype=np.float32))


def test_ranks_by_product_and_by_direction():
    chunks, query = vectors([[1, 0], [0, 3], [2, 2]]), vectors([[1, 0.5]])
    found = nearest(chunks, query, 3)
    assert (found.chunk.tolist(), found.score.tolist()) == ([[2, 1, 0]], [[3.0, 1.5, 1.0]])
    found = nearest(chunks, query, 2, cosine=True)
    assert found.chunk.tolist() == [[2, 0]]
    assert found.score[0] == pytest.approx([3 / (8**0.5 * 1.25**0.5), 1 / 1.25**0.5], abs=1e-6)


@settings(deadline=None, max_examples=40)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 400),
    st.integers(1, 40),
    st.integers(1, 120),
    st.booleans(),
    st.booleans(),
)
def test_one_by_one_as_together_with_ties_and_near_ties(seed, n, asked, depth, unit, cosine):
    random = np.random.default_rng(seed)
    matrix = random.normal(size=(n, 24)).astype(np.float32)
    matrix[n // 2 :] = matrix[0] + random.normal(size=24).astype(np.float32) * 1e-7  # one direction, to the rounding
    queries = random.normal(size=(asked, 24)).astype(np.float32)
    queries[asked // 2] = 0
    if unit:
        matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    chunks = Vectors(matrix)
    together = nearest(chunks, Vectors(queries), depth, cosine=cosine)
    alone = [nearest(chunks, Vectors(row[None]), depth, cosine=cosine) for row in queries]
    assert np.array_equal(np.concatenate([one.chunk for one in alone]), together.chunk)
    assert np.array_equal(np.concatenate([one.score for one in alone]), together.score)
    exact = queries.astype(np.float64) @ matrix.T.astype(np.float64)
    if cosine:
        exact /= np.linalg.norm(matrix.astype(np.float64), axis=1)
        lengths = np.linalg.norm(queries.astype(np.float64), axis=1, keepdims=True)
        exact /= np.where(lengths, lengths, 1)
    best = -np.sort(-exact, axis=1)[:, :depth]
    assert np.allclose(together.score[:, : best.shape[1]], best, rtol=2e-3 if cosine else 1e-6, atol=1e-6)
