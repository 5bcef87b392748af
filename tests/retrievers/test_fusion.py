"""Fusion of rankings by hand."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from ragtune.retrievers._fusion import normalize
from ragtune.retrievers.dense import Dense
from ragtune.retrievers.hybrid import Hybrid
from ragtune.types import Ranking


def ranking(chunks, scores):
    return Ranking(np.array([chunks], dtype=np.int32), np.array([scores], dtype=np.float64))


A = ranking([4, 7, 9], [10.0, 6.0, 2.0])
B = ranking([9, 4, -1], [0.9, 0.5, -np.inf])


def fuse(**knobs):
    hybrid = Hybrid(depth=4, **knobs)
    fused = hybrid.rank(hybrid.pool(A, B))
    return fused.chunk[0].tolist(), fused.score[0]


def test_rrf_by_hand():
    """4: 1/61 + 1/62, 9: 1/63 + 1/61, 7: 1/62."""
    chunks, scores = fuse(fusion="rrf")
    assert chunks == [4, 9, 7, -1]
    assert scores[:3].tolist() == pytest.approx([1 / 61 + 1 / 62, 1 / 63 + 1 / 61, 1 / 62])


def test_weighted_min_max_by_hand():
    """A: 4 → 1, 7 → .5, 9 → 0. B: 9 → 1, 4 → 0. With alpha .25 A weighs .75: 4 → .75, 7 → .375, 9 → .25."""
    chunks, scores = fuse(fusion="weighted", alpha=0.25)
    assert chunks == [4, 7, 9, -1]
    assert scores[:3].tolist() == pytest.approx([0.75, 0.375, 0.25])


def test_alpha_at_its_ends_is_one_retriever_alone():
    assert fuse(fusion="weighted", alpha=0.0)[0] == [4, 7, 9, -1]
    assert fuse(fusion="weighted", alpha=1.0)[0][0] == 9


def test_normalizations_by_hand():
    """Scores 2, 4, 6 have mean 4 and deviation √(8/3); a missing one is as low as the lowest, for dbsf 0."""
    scores = np.array([[2.0, 4.0, 6.0, np.nan]])
    d = np.sqrt(8 / 3)
    assert normalize(scores, "min-max")[0].tolist() == pytest.approx([0, 0.5, 1, 0])
    assert normalize(scores, "z-score")[0].tolist() == pytest.approx([-2 / d, 0, 2 / d, -2 / d])
    assert normalize(scores, "dbsf")[0].tolist() == pytest.approx([0.5 - 2 / (6 * d), 0.5, 0.5 + 2 / (6 * d), 0])
    assert normalize(scores, "max")[0].tolist() == pytest.approx([1 / 3, 2 / 3, 1, 0])
    assert normalize(scores, "theoretical-min-max")[0].tolist() == pytest.approx([1 / 3, 2 / 3, 1, 1 / 3])
    cosines = np.array([[0.6, -0.2, np.nan]])
    assert normalize(cosines, "theoretical-min-max", -1.0)[0].tolist() == pytest.approx([1, 0.5, 0.5])
    assert normalize(cosines, "max")[0].tolist() == pytest.approx([1, -1 / 3, 0])


@pytest.mark.parametrize("how", ["min-max", "z-score", "dbsf", "max", "theoretical-min-max"])
def test_normalizations_survive_nothing_and_all_alike(how):
    assert np.isfinite(normalize(np.full((1, 3), np.nan), how)).all()
    assert np.isfinite(normalize(np.full((1, 3), 7.0), how)).all()


@pytest.mark.parametrize("how", ["min-max", "z-score", "dbsf", "max", "theoretical-min-max"])
def test_a_query_is_normalized_the_same_beside_others(how):
    """To the bit: sums over a row must not be added up in another order because another row is longer."""
    rng = np.random.default_rng(0)
    scores = np.where(rng.random((20, 90)) < 0.3, np.nan, rng.normal(size=(20, 90)))
    padded = np.concatenate([scores, np.full((20, 61), np.nan)], axis=1)
    together = normalize(padded, how, -9.0)
    for alone, row in zip(scores, together, strict=True):
        assert normalize(alone[None], how, -9.0)[0].tobytes() == row[:90].tobytes()


def test_knobs_of_the_other_fusion_are_ignored():
    assert Hybrid(fusion="rrf", alpha=0.1).key("rank") == Hybrid(fusion="rrf", alpha=0.9).key("rank")
    assert Hybrid(fusion="weighted", rrf_k=1).key("rank") == Hybrid(fusion="weighted", rrf_k=2).key("rank")
    assert Hybrid(fusion="weighted", alpha=0.1).key("pool") == Hybrid(fusion="weighted", alpha=0.9).key("pool")


def test_rrf_with_weights_by_hand():
    """Three to one: 4 has 3/61 + 1/62, 7 has 3/62, 9 has 3/63 + 1/61."""
    chunks, scores = fuse(fusion="rrf", weights=(3, 1))
    assert chunks == [4, 9, 7, -1]
    assert scores[:3].tolist() == pytest.approx([3 / 61 + 1 / 62, 3 / 63 + 1 / 61, 3 / 62])
    assert fuse(fusion="rrf", weights=(1, 0))[0] == [4, 7, 9, -1]


def test_weights_of_a_sum_are_shares_and_take_the_place_of_alpha():
    assert fuse(fusion="weighted", weights=(3, 1))[1].tolist() == fuse(fusion="weighted", alpha=0.25)[1].tolist()
    a, b = (Hybrid(fusion="weighted", weights=(3, 1), alpha=alpha) for alpha in (0.1, 0.9))
    assert a.key("rank") == b.key("rank")


def test_three_rankings_by_hand():
    """Min-max of C is 9 → 1, 5 → 0. Weights 1, 1, 2: 9 has 1/4 × 1 + 2/4 × 1, 4 has 1/4 × 1."""
    hybrid = Hybrid(retrievers=("bm25", "dense", "bm25(k1=2.0)"), fusion="weighted", weights=(1, 1, 2), depth=4)
    fused = hybrid.rank(hybrid.pool(A, B, ranking([9, 5], [7.0, 3.0])))
    assert fused.chunk[0].tolist() == [9, 4, 7, 5]
    assert fused.score[0].tolist() == pytest.approx([0.75, 0.25, 0.125, 0.0])


def test_the_lowest_score_there_can_be_is_the_retrievers():
    """Dense cosines .9 and .5 come to 1 and 1.5/1.9, words 10, 6, 2 to 1, .6, .2."""
    chunks, scores = fuse(fusion="weighted", normalization="theoretical-min-max")
    assert Dense().least_score == -1 and chunks == [4, 7, 9, -1]
    assert scores[:3].tolist() == pytest.approx([(1 + 1.5 / 1.9) / 2, (0.6 + 1.5 / 1.9) / 2, (0.2 + 1) / 2])


def test_relative_score_is_another_word_for_min_max():
    assert Hybrid(normalization="relative-score") == Hybrid(normalization="min-max")


@pytest.mark.parametrize("weights, why", [((1, 2, 3), "weights has 3 numbers for 2 retrievers"), ((0, 0), "all 0")])
def test_weights_must_fit(weights, why):
    with pytest.raises(ValidationError, match=why):
        Hybrid(weights=weights)
