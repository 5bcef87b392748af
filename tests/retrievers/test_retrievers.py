"""The best of many scores, and exact search over vectors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragtune.retrievers import top
from ragtune.retrievers.dense import Dense
from ragtune.retrievers.rocchio import Rocchio
from ragtune.types import Ranking, Vectors


def test_top_orders_by_score_then_index_and_leaves_out_what_did_not_match():
    scores = np.array([[1.0, 3.0, 3.0, 2.0], [5.0, 5.0, 5.0, 5.0]])
    assert top(scores, 3).chunk.tolist() == [[1, 2, 3], [0, 1, 2]]
    matched = np.array([[True, False, True, False], [False] * 4])
    ranking = top(scores, 3, matched=matched)
    assert ranking.chunk.tolist() == [[2, 0, -1], [-1, -1, -1]]
    assert ranking.score[0].tolist() == [3.0, 1.0, -np.inf]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=20), st.integers(1, 25))
def test_top_is_a_stable_sort(values, depth):
    got = top(np.array([values], dtype=np.float32), depth).chunk[0]
    expected = sorted(range(len(values)), key=lambda i: (-values[i], i))[:depth]
    assert got[got >= 0].tolist() == expected


def test_dense_is_the_largest_dot_product():
    vectors = Vectors(np.array([[1, 0], [0, 1], [0.6, 0.8]], dtype=np.float32))
    ranking = Dense(depth=2).rank(vectors, Vectors(np.array([[0, 1], [1, 0]], dtype=np.float32)))
    assert ranking.chunk.tolist() == [[1, 2], [0, 2]]
    assert ranking.score[0].tolist() == pytest.approx([1.0, 0.8])


def vectors(*rows):
    return Vectors(np.array(rows, dtype=np.float32))


def test_dot_counts_lengths_and_cosine_does_not():
    chunks, query = vectors([4, 3], [0, 1], [0, 0], [3, 0]), vectors([0, 2])
    cosine = Dense(depth=4).rank(chunks, query)
    assert cosine.chunk.tolist() == [[1, 0, 2, 3]]
    assert cosine.score[0].tolist() == pytest.approx([1, 0.6, 0, 0])
    dot = Dense(depth=4, similarity="dot").rank(chunks, query)
    assert dot.chunk.tolist() == [[0, 1, 2, 3]] and dot.score[0].tolist() == [6, 2, 0, 0]


def test_without_queries_or_chunks():
    nothing = Vectors(np.zeros((0, 2), np.float32))
    assert Dense(depth=3).rank(nothing, vectors([1, 0])).chunk.tolist() == [[-1, -1, -1]]
    assert Dense(depth=3).rank(vectors([1, 0]), nothing).chunk.shape == (0, 3)


def test_rocchio_by_hand():
    """.5 (0, 1) + 1 × the mean of (.6, .8) and (.8, .6), which is (.7, .7): (.7, 1.2) at unit length."""
    rocchio = Rocchio(fb_docs=2, alpha=0.5, beta=1.0)
    chunks, query = vectors([1, 0], [0.6, 0.8], [0.8, 0.6]), vectors([0, 1])
    first = rocchio.first(chunks, query)
    assert first.chunk.tolist() == [[1, 2]]
    moved = rocchio.retriever_query_vectors(query, chunks, first).matrix[0]
    assert moved.tolist() == pytest.approx((np.array([0.7, 1.2]) / np.hypot(0.7, 1.2)).tolist())


def test_rocchio_with_fewer_chunks_than_it_wants_and_with_none():
    rocchio = Rocchio(fb_docs=5)
    one, query, nothing = vectors([1, 0]), vectors([0, 1]), Vectors(np.zeros((0, 2), np.float32))
    moved = rocchio.retriever_query_vectors(query, one, rocchio.first(one, query)).matrix
    assert moved[0].tolist() == pytest.approx((np.array([0.6, 0.4]) / np.hypot(0.6, 0.4)).tolist())
    assert rocchio.retriever_query_vectors(query, nothing, rocchio.first(nothing, query)).matrix.tolist() == [[0, 1]]
    assert rocchio.rank(Ranking(np.array([[2]], np.int32), np.array([[0.5]]))).chunk.shape == (1, 100)
