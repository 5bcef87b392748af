"""Learning to rank: features and grades by hand, no peeking, and a signal that is there is found."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from ragtune.errors import MissingModelError, StepError
from ragtune.metrics._judged import Judged
from ragtune.rerankers._features import PER_SYSTEM, PLAIN, Features, Systems, features
from ragtune.rerankers._relevance import grades
from ragtune.rerankers.ltr import Ltr, Models
from ragtune.types import Chunks, Corpus, Document, Folds, Judgments, Queries, Ranking
from tests.rerankers.running import CASES, check, given, ranking, value

CORPUS = Corpus((Document("a", "cats sleep. dogs bark.", "About cats"), Document("b", "birds")))
CHUNKS = Chunks(np.array([0, 0, 1]), np.array([0, 12, 0]), np.array([11, 22, 5])).with_headers(["H1", "Dogs", ""])


def judged(*rows):
    """Query, document, start, end, grade."""
    columns = np.array(rows, dtype=np.int64).reshape(-1, 5).T
    return Judgments(np.array([2]), *columns, np.arange(len(rows)))


def test_features_by_hand():
    candidates = ranking([1, 2, 0], [2], width=3)
    system = ranking([0, 1], [1], width=2)
    found = features(
        candidates, [Systems.of((system, candidates))], CHUNKS, CORPUS, Queries(("Do cats bark at dogs?", "birds"))
    ).matrix
    assert found.shape == (2, 3, 2 * PER_SYSTEM + len(PLAIN))
    nan = np.nan
    # score, scaled, 1 / rank, absent; of the system, then of the ranking itself
    assert np.array_equal(found[0, :, :4], [[1, 0, 0.5, 0], [nan, nan, 0, 1], [2, 1, 1, 0]], equal_nan=True)
    assert np.array_equal(found[0, :, 4:7], np.array([[3, 1, 1], [2, 0.5, 0.5], [1, 0, 1 / 3]], dtype=np.float32))
    assert np.array_equal(found[1, 0, :4], [nan, nan, 0, 1], equal_nan=True)
    plain = dict(zip(PLAIN, found[0, :, 8:].T, strict=True))
    assert plain["chunk length"] == pytest.approx(np.log1p([10, 5, 11]))
    assert plain["place"] == pytest.approx([12 / 22, 0, 0])
    assert plain["query length"].tolist() == [5, 5, 5]
    assert plain["share in chunk"] == pytest.approx([2 / 5, 0, 1 / 5])
    assert plain["share in title"] == pytest.approx([2 / 5, 0, 1 / 5])  # "About cats" and "Dogs" or "H1"
    assert plain["siblings"].tolist() == [1, 0, 1]
    assert plain["best sibling"] == pytest.approx([1 / 3, 0, 1])
    assert np.isnan(found[1, 1:]).all()


def test_grades_by_hand():
    # a[10:20) shares 1 of the 10 characters of chunk 0's 11, 8 of chunk 1's 10; all of document b is relevant
    evidence = judged((0, 0, 10, 20, 2), (0, 1, -1, -1, 1), (0, 1, -1, -1, 3), (1, 0, 0, 3, 1))
    assert grades(ranking([0, 1, 2], [2, 0], width=3), CHUNKS, evidence).tolist() == [[0, 2, 3], [0, 1, 0]]
    assert not grades(ranking([0], [1]), CHUNKS, judged()).any()


def test_grades_are_what_the_measures_call_relevant():
    rng = np.random.default_rng(3)
    documents = Corpus(tuple(Document(str(i), "x" * 100) for i in range(4)))
    start = np.tile(np.arange(0, 100, 10), 4)
    chunks = Chunks(np.repeat(np.arange(4), 10), start, start + 15)
    for _ in range(20):
        first = rng.integers(-1, 80, size=9)
        rows = [(q, d, s, s + w if s >= 0 else -1, 1) for q, d, s, w in zip(
            np.arange(9) % 2, rng.integers(4, size=9), first, rng.integers(1, 20, size=9), strict=True)]  # fmt: skip
        found = ranking(rng.permutation(40)[:12].tolist(), rng.permutation(40)[:12].tolist())
        evidence = judged(*rows)
        theirs = Judged.of_ranking(found, chunks, documents, evidence).relevant_within(12, "evidence")
        assert (grades(found, chunks, evidence) > 0).sum(axis=1).tolist() == theirs.tolist()


def synthetic(n=60, width=10, seed=0):
    """Queries whose relevant chunk is the one that the second feature, not the first, is high for."""
    rng = np.random.default_rng(seed)
    matrix = rng.random((n, width, 3)).astype(np.float32)
    right = rng.integers(width, size=n)
    matrix[np.arange(n), right, 1] += 1
    chunks = Chunks(np.arange(width), np.zeros(width, int), np.ones(width, int))
    each = np.arange(n)
    evidence = Judgments(np.array([n]), each, right, 0 * each - 1, 0 * each - 1, 0 * each + 1, 0 * each)
    return Features(matrix), ranking(*([list(range(width))] * n)), chunks, evidence, Folds(each % 5), right


def test_learns_what_there_is_to_learn_and_equal_data_give_equal_models():
    known, candidates, chunks, evidence, folds, right = synthetic()
    ltr = Ltr(trees=20, learning_rate=0.2)
    models = ltr.models(known, candidates, chunks, evidence, folds)
    again = ltr.models(known, candidates, chunks, evidence, folds)
    assert models.text.tobytes() == again.text.tobytes()
    after = ltr.rerank(candidates, candidates, known, models, folds)
    check(candidates, after, 50)
    assert (after.chunk[:, 0] == right).mean() > 0.9 > (candidates.chunk[:, 0] == right).mean()


def test_no_query_is_ranked_by_a_model_that_saw_its_judgments():
    known, candidates, chunks, evidence, folds, right = synthetic(n=30)
    ltr = Ltr(trees=5, min_data=2)
    mine = folds.fold[evidence.query] == 2
    other = Judgments(*(np.where(mine, 9 - right, right) if name == "document" else column
                        for name, column in evidence.to_arrays().items()))  # fmt: skip
    models, others = (ltr.models(known, candidates, chunks, e, folds) for e in (evidence, other))
    assert [models.model(f) == others.model(f) for f in range(5)] == [False, False, True, False, False]


def test_queries_of_no_fold_teach_nothing_and_are_ranked_by_what_all_folds_taught():
    known, candidates, chunks, evidence, folds, _ = synthetic(n=30)
    ltr = Ltr(trees=5, min_data=2)
    held_out = Folds(np.where(folds.fold == 2, -1, folds.fold))
    models = ltr.models(known, candidates, chunks, evidence, held_out)
    assert models.model(-1) == ltr.models(known, candidates, chunks, evidence, folds).model(2)
    assert models.model(2) == "" != models.model(0) != models.model(-1)
    check(candidates, ltr.rerank(candidates, candidates, known, models, held_out), 50)


def test_too_few_judged_queries():
    known, candidates, chunks, _, folds, _ = synthetic(n=10)
    one = Judgments(np.array([10]), *(np.array([x]) for x in (3, 0, -1, -1, 1, 0)))
    with pytest.raises(StepError, match=r"of the 10 queries only 1, in 1 of the folds, may be learnt from"):
        Ltr().models(known, candidates, chunks, one, folds)


def test_where_trees_see_no_difference_the_old_order_stays():
    have = given(CASES["equal scores"])
    after = value(Ltr(min_data=1000), "rerank", have)
    assert after.chunk.tolist() == have["ranking"].chunk.tolist()


def test_a_request_by_itself_finds_its_model():
    """As latency is timed: the online verbs on one query, the models of all."""
    have = given(CASES["usual"])
    models = value(Ltr(), "models", have)
    one = given(Ranking(have["ranking"].chunk[3:4], have["ranking"].score[3:4]), queries=("quick dogs",))
    alone = value(Ltr(), "rerank", {**one, "models": models, "judgments": None})
    assert sorted(alone.chunk[0].tolist()) == sorted(have["ranking"].chunk[3].tolist())


def test_models_come_back_as_they_were():
    models = Models.of(["one", "", "three ünï"])
    assert [models.model(i) for i in (0, 1, 2, -1)] == ["one", "", "three ünï", "three ünï"]


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    with pytest.raises(MissingModelError, match=r"pip install 'ragtune\[ltr\]'"):
        Ltr().models(*synthetic(n=10)[:5])
