"""Maximal marginal relevance against a loop in plain words."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from ragtune.rerankers.mmr import Mmr
from ragtune.types import Vectors
from tests.rerankers.running import given, ranking, rerank


def test_a_copy_falls_behind_something_else():
    have = given(ranking([0, 1, 2], width=4), texts=("a", "a", "b"), queries=("q",))
    have["vectors"] = Vectors(np.array([[1, 0], [1, 0], [0, 1]], dtype=np.float32))
    assert rerank(Mmr(diversity=0.0), have).chunk.tolist() == [[0, 1, 2, -1]]
    after = rerank(Mmr(diversity=0.6), have)
    assert after.chunk.tolist() == [[0, 2, 1, -1]]
    # relevance 1, .5, 0; then the copy is worth .4 * .5 - .6 * 1, the other .4 * 0 - .6 * 0
    assert after.score[0, :3].tolist() == pytest.approx([0.4, 0.0, -0.4])


def test_relevance_by_vectors_heeds_no_score():
    have = given(ranking([0, 1]), texts=("a", "b"), queries=("q",))
    have["vectors"] = Vectors(np.array([[1, 0], [0, 1]], dtype=np.float32))
    have["query_vectors"] = Vectors(np.array([[0.6, 0.8]], dtype=np.float32))
    assert rerank(Mmr(diversity=0.0), have).chunk.tolist() == [[0, 1]]
    assert rerank(Mmr(diversity=0.0, relevance="vectors"), have).chunk.tolist() == [[1, 0]]


@examples(st.integers(0, 1000), st.sampled_from([0.0, 0.3, 0.5, 1.0]), st.integers(1, 9))
def test_is_the_greedy_loop(seed, diversity, width):
    rng = np.random.default_rng(seed)
    chunks = rng.permutation(8)[:width].tolist()
    have = given(ranking(chunks), queries=("q",))
    # Whole numbers, so that both ways of summing give the same.
    have["vectors"] = Vectors(rng.integers(-2, 3, size=(8, 3)).astype(np.float32))
    vectors = have["vectors"].matrix.astype(np.float64)
    high = len(chunks)
    relevance = {c: (high - i - 1) / (high - 1) if high > 1 else 1.0 for i, c in enumerate(chunks)}
    taken: list[int] = []
    while len(taken) < len(chunks):
        worth = {
            c: (1 - diversity) * relevance[c] - diversity * max([0.0, *(float(vectors[c] @ vectors[t]) for t in taken)])
            for c in chunks
            if c not in taken
        }
        taken.append(min(worth, key=lambda c: (-worth[c], c)))
    assert rerank(Mmr(diversity=diversity), have).chunk[0].tolist() == taken
