"""Late interaction with word vectors made by hand; real models are in test_models.py."""

from __future__ import annotations

import numpy as np
import pytest

from ragtune.errors import StepError
from ragtune.rerankers import _tokens
from ragtune.rerankers.maxsim import Maxsim
from tests.rerankers.running import given, ranking, rerank, value

VECTORS = {"cat": [1.0, 0.0], "kitten": [0.6, 0.8], "dog": [0.0, 1.0], "bad": [np.nan, 0.0]}
TEXTS = ("kitten dog", "cat", "dog dog", "bad")
IDS = {word: i for i, word in enumerate(VECTORS)}


class Words:
    """A token model of four words."""

    workers = 2

    def __init__(self) -> None:
        self.seen: list[str] = []

    def batches(self, texts):
        return [[i] for i in range(len(texts))]

    def ids(self, texts):
        return [[IDS[word] for word in text.split()] for text in texts]

    def vectors(self, texts):
        self.seen += texts
        return [np.array([VECTORS[word] for word in text.split()], dtype=np.float32) for text in texts]


@pytest.fixture
def model(monkeypatch):
    words = Words()
    monkeypatch.setattr(_tokens, "load", lambda *_: words)
    return words


def have():
    return given(ranking([2, 1, 0], [0, 1]), texts=TEXTS, queries=("cat dog", "kitten"))


def test_sums_the_nearest_words(model):
    # "cat dog": kitten dog .6 + 1, cat 1 + 0, dog dog 0 + 1; "kitten": 1, .6
    after = rerank(Maxsim(), have())
    assert after.chunk.tolist() == [[0, 1, 2], [0, 1, -1]]
    assert after.score[0].tolist() == pytest.approx([1.6, 1.0, 1.0])
    assert after.score[1, :2].tolist() == pytest.approx([1.0, 0.6])


def test_mean_divides_by_the_weights(model):
    assert rerank(Maxsim(pooling="mean"), have()).score[0].tolist() == pytest.approx([0.8, 0.5, 0.5])


def test_idf_weighs_the_words(model):
    # of 4 chunks one has cat, two have dog (twice in one counts once)
    cat, dog = np.log1p(3.5 / 1.5), np.log1p(2.5 / 2.5)
    after = rerank(Maxsim(weighting="idf"), have())
    assert after.chunk[0].tolist() == [0, 1, 2]
    assert after.score[0].tolist() == pytest.approx([0.6 * cat + dog, cat, dog])


def test_each_text_is_run_once_and_knobs_of_the_sum_run_nothing(model):
    data = have()
    value(Maxsim(), "maxima", data)
    assert sorted(model.seen) == sorted([*TEXTS[:3], "cat dog", "kitten"])
    assert len(data["memo"].asked) == 5
    rerank(Maxsim(pooling="mean", depth=2), data)
    assert len(data["memo"].asked) == 5
    assert Maxsim(pooling="mean", weighting="idf").key("maxima") == Maxsim().key("maxima")
    assert Maxsim(max_tokens=8).key("maxima") != Maxsim().key("maxima")


def test_nan_names_query_and_chunk(model):
    data = given(ranking([1, 3]), texts=TEXTS, queries=("cat dog",))
    with pytest.raises(StepError, match=r"maxsim gave NaN or infinity for the query 'cat dog' and the chunk d3:0-3"):
        rerank(Maxsim(), data)


def test_marks_are_left_out_unless_there_is_nothing_else():
    minilm = _tokens.load("reranker maxsim", "minilm", None, 256, None)
    assert [len(ids) for ids in minilm.ids(["the cat sat", ""])] == [3, 2]
    vectors = minilm.vectors(["the cat sat", ""])
    assert [v.shape for v in vectors] == [(3, 384), (2, 384)]
    assert np.linalg.norm(vectors[0], axis=1) == pytest.approx(np.ones(3), abs=1e-5)
    assert minilm.vectors([]) == []


def test_a_text_holds_all_of_itself():
    after = rerank(
        Maxsim(), given(ranking([1, 0]), texts=("dogs bark at dawn", "a small mat"), queries=("a small mat",))
    )
    assert after.chunk.tolist() == [[1, 0]] and after.score[0, 0] == pytest.approx(3.0, abs=1e-4)
