"""Rankings by hand, against rank-bm25, and against plain arithmetic."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from ragtune.chunkers.whole_document import WholeDocument
from ragtune.retrievers import top
from ragtune.retrievers.bm25 import Bm25
from ragtune.retrievers.dense import Dense
from ragtune.retrievers.hybrid import Hybrid, normalize
from ragtune.types import Queries, Ranking, Vectors
from tests.texts import corpus

TEXTS = (
    "the cat sat on the mat", "a dog barked at the cat", "birds sing at dawn", "dogs and cats and birds",
    "the quick brown fox", "quick foxes jump over lazy dogs", "music is what birds make", "a mat is a small carpet",
)  # fmt: skip
QUERIES = Queries(("cats on a mat", "birds", "quick dogs", "unheard words", ""))


def bm25(**knobs):
    retriever = Bm25(**knobs)
    documents = corpus(*TEXTS)
    terms = retriever.terms(WholeDocument().cut(documents), documents)
    return retriever.rank(terms, retriever.index(terms), QUERIES)


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


def test_bm25_finds_shared_words_only():
    ranking = bm25()
    assert ranking.chunk[1, :4].tolist() == [2, 3, 6, -1]  # three mention birds; the shorter, the better
    assert ranking.chunk[3].max() == -1 and ranking.chunk[4].max() == -1


@pytest.mark.parametrize("variant", ["robertson", "bm25+"])
@pytest.mark.parametrize("k1, b", [(1.5, 0.75), (0.9, 0.4)])
def test_engines_rank_alike_where_the_formulas_agree(variant, k1, b):
    ours, theirs = (bm25(variant=variant, k1=k1, b=b, engine=engine) for engine in ("bm25s", "rank-bm25"))
    assert ours.chunk.tolist() == theirs.chunk.tolist()


def test_bm25_scores_equal_the_formula():
    """lucene: idf = ln(1 + (N - df + .5) / (df + .5)), tf / (tf + k1 (1 - b + b length / mean length))."""
    k1, b = 1.2, 0.75
    lengths = np.array([3, 3, 3, 3, 3, 6, 4, 3])  # words without stop words: "cat sat mat", "dog bark cat", …
    idf = np.log(1 + (8 - 3 + 0.5) / (3 + 0.5))
    expected = idf / (1 + k1 * (1 - b + b * lengths[[2, 6, 3]] / lengths.mean()))
    ranking = bm25(stop_words="english", k1=k1, b=b)
    assert sorted(ranking.score[1, :3]) == pytest.approx(sorted(expected), rel=1e-5)


def test_rank_bm25_has_two_variants():
    with pytest.raises(ValidationError, match="engine rank-bm25 has the variants robertson and bm25"):
        Bm25(engine="rank-bm25", variant="lucene")


def test_k1_and_b_do_not_change_the_terms():
    assert Bm25(k1=0.5).key("terms") == Bm25(b=0.1).key("terms")
    assert Bm25(k1=0.5).key("rank") != Bm25(b=0.1).key("rank")
    assert Bm25(stemmer="none").key("terms") != Bm25().key("terms")


def test_bm25_without_any_text():
    retriever = Bm25()
    documents = corpus()
    terms = retriever.terms(WholeDocument().cut(documents), documents)
    assert retriever.rank(terms, retriever.index(terms), QUERIES).chunk.max() == -1


def test_dense_is_the_largest_dot_product():
    vectors = Vectors(np.array([[1, 0], [0, 1], [0.6, 0.8]], dtype=np.float32))
    ranking = Dense(depth=2).rank(vectors, Vectors(np.array([[0, 1], [1, 0]], dtype=np.float32)))
    assert ranking.chunk.tolist() == [[1, 2], [0, 2]]
    assert ranking.score[0].tolist() == pytest.approx([1.0, 0.8])


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


@pytest.mark.parametrize("how", ["min-max", "z-score", "dbsf"])
def test_normalizations_survive_nothing_and_all_alike(how):
    assert np.isfinite(normalize(np.full((1, 3), np.nan), how)).all()
    assert np.isfinite(normalize(np.full((1, 3), 7.0), how)).all()


def test_knobs_of_the_other_fusion_are_ignored():
    assert Hybrid(fusion="rrf", alpha=0.1).key("rank") == Hybrid(fusion="rrf", alpha=0.9).key("rank")
    assert Hybrid(fusion="weighted", rrf_k=1).key("rank") == Hybrid(fusion="weighted", rrf_k=2).key("rank")
    assert Hybrid(fusion="weighted", alpha=0.1).key("pool") == Hybrid(fusion="weighted", alpha=0.9).key("pool")
