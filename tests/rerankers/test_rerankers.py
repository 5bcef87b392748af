"""What every reranker must hold to (those that need a model's file have it in their own module), and `reorder` itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from ragtune.component import find, parse, words
from ragtune.errors import StepError
from ragtune.rerankers import Reranker, reorder
from ragtune.rerankers._pairs import join, split
from ragtune.types import Ranking
from tests.rerankers.running import CASES, EMPTY, check, given, ranking, rerank

HERE = [
    "none",
    "mmr",
    "mmr(relevance=vectors)",
    "maxsim",
    "maxsim(stored=int8, weighting=idf)",
    "ltr(trees=5)",
    "ltr(trees=5, min_data=1, leaves=4)",
]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("depth", [50, 2])
@pytest.mark.parametrize("spelled", HERE)
def test_reranks_what_it_was_given_and_nothing_else(spelled, depth, case):
    reranker = parse("reranker", spelled).model_copy(update={"depth": depth})
    first = rerank(reranker, given(CASES[case]))
    again = rerank(reranker, given(CASES[case]))
    assert first.chunk.tolist() == again.chunk.tolist() and first.score.tobytes() == again.score.tobytes()


@pytest.mark.parametrize("case", EMPTY)
@pytest.mark.parametrize("spelled", HERE)
def test_nothing_to_rerank(spelled, case):
    reranker = parse("reranker", spelled)
    if reranker.name == "ltr":
        with pytest.raises(StepError, match="of the 5 queries only 0"):
            rerank(reranker, given(EMPTY[case]))
    else:
        rerank(reranker, given(EMPTY[case]))


@pytest.mark.parametrize("spelled", [word for word in HERE if not word.startswith("ltr")])
def test_no_queries(spelled):
    assert rerank(parse("reranker", spelled), given(ranking(width=3), queries=())).chunk.shape == (0, 3)


def test_depth_is_no_knob_of_what_a_model_computes():
    """Or else a pair would be scored anew for each depth."""
    for word in words("reranker"):
        cls = find("reranker", word)
        assert issubclass(cls, Reranker)
        for verb in ("pair_scores", "maxima", "features"):
            if hasattr(cls, verb) and word != "cross-encoder":
                assert cls(depth=3).key(verb) == cls(depth=30).key(verb)
                assert cls(depth=3).key("candidates") != cls(depth=30).key("candidates")
    assert parse("reranker", "none").spec() == parse("reranker", "none(depth=3)").spec() == "none"


def test_the_rest_follows_below():
    before = ranking([4, 1, 2, 0], [3], width=4)
    after = reorder(before, np.array([[-5.0, 7.0], [2.0, -np.inf]]))
    assert after.chunk.tolist() == [[1, 4, 2, 0], [3, -1, -1, -1]]
    assert after.score.tolist() == [[7.0, -5.0, -6.0, -7.0], [2.0, -np.inf, -np.inf, -np.inf]]


values = st.sampled_from([-1e300, -1e17, -1.0, 0.0, 1e-9, 0.5, 1.0, 1e17])


@examples(st.lists(st.permutations(range(6)), min_size=1, max_size=3), st.integers(1, 8), st.data())
def test_reorder_sorts_the_head(rows, depth, data):
    before = ranking(*map(list, rows))
    scores = np.array([[data.draw(values) for _ in range(min(depth, 6))] for _ in rows])
    after = reorder(before, scores)
    check(before, Ranking(after.chunk, after.score), depth)
    for old, new, score in zip(before.chunk, after.chunk, scores, strict=True):
        expected = sorted(range(len(score)), key=lambda i: (-score[i], old[i]))
        assert new[: len(score)].tolist() == old[expected].tolist()


@examples(st.text(max_size=8), st.text(max_size=8))
def test_a_pair_is_one_text_and_no_other_pair(query, text):
    assert split(join(query, text)) == (query, text)
