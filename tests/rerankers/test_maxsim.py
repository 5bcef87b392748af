"""Late interaction with word vectors made by hand; real models are in test_models.py."""

from __future__ import annotations

import numpy as np
import pytest

from ragtune.embedders._bert import BertEncoder
from ragtune.embedders.minilm import Minilm
from ragtune.errors import StepError
from ragtune.once import one_request
from ragtune.rerankers import _tokens
from ragtune.rerankers.maxsim import Maxsim
from ragtune.types import Queries
from tests.contracts.run import Unkept
from tests.rerankers.running import given, ranking, rerank, value

VECTORS = {"cat": [1.0, 0.0], "kitten": [0.6, 0.8], "dog": [0.0, 1.0], "bad": [np.nan, 0.0], "eel": [-1.0, 0.0]}
TEXTS = ("kitten dog", "cat", "dog dog", "eel")
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


INT8 = {"stored": "int8"}


def test_sums_the_nearest_words(model):
    # "cat dog": kitten dog .6 + 1, cat 1 + 0, dog dog 0 + 1; "kitten": 1, .6
    after = rerank(Maxsim(**INT8), have())
    assert after.chunk.tolist() == [[0, 1, 2], [0, 1, -1]]
    assert after.score[0].tolist() == pytest.approx([1.6, 1.0, 1.0], abs=0.004)
    assert after.score[1, :2].tolist() == pytest.approx([1.0, 0.6], abs=0.004)


def test_bits_say_which_numbers_are_above_zero(model):
    # kitten is (1, 1) and cat (1, -1), of length sqrt 2. "cat dog" (1, 0) (0, 1): both have 1 / sqrt 2 of each but -1 of dog
    after = rerank(Maxsim(), have())
    assert after.chunk[0].tolist() == [0, 1, 2]
    half = np.sqrt(0.5)
    assert after.score[0].tolist() == pytest.approx([2 * half, 0.0, 0.0])


def test_mean_divides_by_the_weights(model):
    found = rerank(Maxsim(pooling="mean", **INT8), have()).score[0].tolist()
    assert found == pytest.approx([0.8, 0.5, 0.5], abs=0.004)


def test_idf_weighs_the_words(model):
    # of 4 chunks one has cat, two have dog (twice in one counts once)
    cat, dog = np.log1p(3.5 / 1.5), np.log1p(2.5 / 2.5)
    after = rerank(Maxsim(weighting="idf", **INT8), have())
    assert after.chunk[0].tolist() == [0, 1, 2]
    assert after.score[0].tolist() == pytest.approx([0.6 * cat + dog, cat, dog], abs=0.004)


def test_each_text_is_run_once_and_knobs_of_the_sum_run_nothing(model):
    data = have()
    value(Maxsim(), "maxima", data)
    assert sorted(model.seen) == sorted([*TEXTS, "cat dog", "kitten"])
    rerank(Maxsim(pooling="mean", depth=2), data)
    assert len(data["memo"].asked) == len(model.seen) == 6
    verbs = ("chunk_tokens", "query_tokens", "maxima")
    assert all(Maxsim(pooling="mean", weighting="idf").key(verb) == Maxsim().key(verb) for verb in verbs)
    assert all(Maxsim(max_tokens=8).key(verb) != Maxsim().key(verb) for verb in verbs[:2])
    assert Maxsim(**INT8).key("query_tokens") == Maxsim().key("query_tokens")
    assert Maxsim(**INT8).key("chunk_tokens") != Maxsim().key("chunk_tokens")


@pytest.mark.parametrize("weighting", ["none", "idf"])
def test_a_query_scores_the_same_beside_others(model, weighting):
    """Whose sums over more tokens must not be added up in another order."""
    asked = ("cat dog kitten " * 3 + "dog", "kitten", "kitten dog " * 70)
    chunks = [2, 1, 0]
    maxsim = Maxsim(weighting=weighting, pooling="mean", **INT8)
    together = rerank(maxsim, given(ranking(chunks, chunks, chunks), texts=TEXTS, queries=asked))
    for i, query in enumerate(asked):
        alone = rerank(maxsim, given(ranking(chunks), texts=TEXTS, queries=(query,)))
        assert alone.score.tobytes() == together.score[i].tobytes()


def test_nan_names_the_chunk_or_the_query(model):
    with pytest.raises(StepError, match=r"maxsim gave NaN or infinity for the text 'bad': in d3:0-3"):
        rerank(Maxsim(), given(ranking([1]), texts=(*TEXTS[:3], "bad"), queries=("cat",)))
    with pytest.raises(StepError, match=r"maxsim gave NaN or infinity for the text 'bad'"):
        value(Maxsim(), "query_tokens", given(ranking([1]), texts=TEXTS, queries=("bad",)))


def test_one_run_of_a_query_serves_embedder_and_reranker(monkeypatch):
    runs = []
    run = BertEncoder._run
    monkeypatch.setattr(BertEncoder, "_run", lambda self, texts: runs.append(texts) or run(self, texts))
    queries = Queries(("a small mat", "birds"))

    def both():
        vectors = value(Minilm(), "embed_queries", {"queries": queries, "memo": Unkept()})
        return vectors, value(Maxsim(), "query_tokens", {"queries": queries, "memo": Unkept()})

    with one_request():
        together = both()
    assert sorted(runs) == [["a small mat"], ["birds"]]
    apart = both()
    assert len(runs) == 6
    assert together[0].matrix.tobytes() == apart[0].matrix.tobytes()
    assert together[1].code.tobytes() == apart[1].code.tobytes()


def test_marks_are_left_out_unless_there_is_nothing_else():
    minilm = _tokens.load("reranker maxsim", "minilm", None, 256, None)
    assert [len(ids) for ids in minilm.ids(["the cat sat", ""])] == [3, 2]
    vectors = minilm.vectors(["the cat sat", ""])
    assert [v.shape for v in vectors] == [(3, 384), (2, 384)]
    assert minilm.vectors([]) == []


def test_a_text_holds_all_of_itself():
    after = rerank(
        Maxsim(), given(ranking([1, 0]), texts=("dogs bark at dawn", "a small mat"), queries=("a small mat",))
    )
    assert after.chunk.tolist() == [[1, 0]] and after.score[0, 0] == pytest.approx(3 * np.sqrt(2 / np.pi), abs=0.1)
