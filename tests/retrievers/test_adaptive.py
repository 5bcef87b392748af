"""A weight for each query: the arithmetic, that it learns what there is to learn, and that it never cheats."""

from __future__ import annotations

import numpy as np
import pytest

from ragtune.retrievers._cross_fitting import Coefficients, cross_fit, gains
from ragtune.retrievers.adaptive import Adaptive, features
from ragtune.types import Chunks, Folds, Judgments, Queries, Ranking


def ints(*values):
    return np.array(values, dtype=np.int64)


def judgments(*rows, n_queries):
    """Rows of (query, document, start, end, grade, need)."""
    columns = np.array(rows, dtype=np.int64).reshape(-1, 6).T
    return Judgments(ints(n_queries), *columns)


def ranking(rows, scores):
    return Ranking(np.array(rows, dtype=np.int32), np.array(scores, dtype=np.float64))


FOUR = Chunks(ints(0, 0, 1, 1), ints(0, 10, 0, 10), ints(10, 20, 10, 20))


def gain(scores, *rows, k=10):
    pool = Adaptive().pool(ranking([[0, 1, 2, 3]], [[4.0, 3, 2, 1]]), ranking([[0, 1, 2, 3]], [[4.0, 3, 2, 1]]))
    return gains(pool, np.array(scores, dtype=float)[:, None, :], FOUR, judgments(*rows, n_queries=1), k)[:, 0].tolist()


def test_gain_by_hand():
    """One whole document (chunks 2 and 3) that stands first, third and, beyond the cut, nowhere."""
    whole = (0, 1, -1, -1, 1, 0)
    assert gain([[1, 2, 9, 0], [9, 8, 7, 0]], whole) == pytest.approx([1, 1 / np.log2(4)])
    assert gain([[9, 8, 7, 0]], whole, k=2) == [0]


def test_gain_counts_a_need_once_and_grades():
    """Chunk 1 meets the span [12, 20); two alternatives of one need count once; a grade of 3 weighs three times."""
    span, other = (0, 0, 12, 20, 3, 0), (0, 1, 0, 10, 1, 1)
    ideal = 3 + 1 / np.log2(3)
    assert gain([[0, 9, 8, 0]], span, other) == pytest.approx([1])
    assert gain([[0, 8, 9, 0]], span, other) == pytest.approx([(1 + 3 / np.log2(3)) / ideal])
    assert gain([[0, 9, 8, 0]], span, (0, 1, 0, 10, 3, 0)) == pytest.approx([1])
    assert gain([[9, 0, 0, 0]], (0, 0, 8, 20, 1, 0), k=1) == [0]  # two of ten shared are not half


def test_ridge_equals_scikit_learn_on_the_other_folds():
    from sklearn.linear_model import Ridge
    from sklearn.preprocessing import StandardScaler

    rng = np.random.default_rng(0)
    x, y = rng.normal(3, 2, (30, 4)), rng.normal(size=(30, 2))
    fold, judged = np.arange(30) % 3, np.arange(30) != 7
    predicted = cross_fit(x, y, fold, judged, 5.0).predict(x, fold)
    for held in range(3):
        learnt = (fold != held) & judged
        scaler = StandardScaler().fit(x[learnt])
        model = Ridge(alpha=5.0).fit(scaler.transform(x[learnt]), y[learnt])
        assert predicted[fold == held] == pytest.approx(model.predict(scaler.transform(x[fold == held])))


def test_a_query_of_no_fold_takes_the_model_of_all():
    model = Coefficients(np.array([[[1.0], [0.0]], [[2.0], [0.0]], [[5.0], [0.0]]]))
    assert model.predict(np.ones((4, 1)), ints(0, 1, -1, 9))[:, 0].tolist() == [1, 2, 5, 5]


def world(n=120, *, swapped=()):
    """For a query that has a word score above 10 the first ranking is right, for others the second."""
    strong = np.arange(n) % 2 == 0
    first = ranking([[0, 2]] * n, [[20.0 if s else 2.0, 1.0] for s in strong])
    last = ranking([[2, 0]] * n, [[0.9, 0.1]] * n)
    right = [(0 if s else 1) if i not in swapped else (1 if s else 0) for i, s in enumerate(strong)]
    rows = [(i, document, -1, -1, 1, 0) for i, document in enumerate(right)]
    queries = Queries(tuple(f"query {i}" for i in range(n)))
    return first, last, queries, judgments(*rows, n_queries=n), Folds(np.arange(n) // 2 % 5), strong


def run(adaptive, first, last, queries, judged, folds):
    pool = adaptive.pool(first, last)
    learnt = adaptive.learn(pool, queries, FOUR, judged, folds)
    return adaptive.rank(pool, learnt, queries, folds), learnt


def test_it_learns_which_ranking_to_trust():
    *given, strong = world()
    found, _ = run(Adaptive(alphas=(0.0, 1.0), ridge=1.0), *given)
    assert (found.chunk[:, 0] == np.where(strong, 0, 2)).all()


def test_no_query_sees_a_model_that_saw_it():
    """Turning the judgments of a fold around changes the models of the other folds only."""
    adaptive = Adaptive()
    *given, _ = world()
    fold = given[4].fold
    *other, _ = world(swapped=set(np.flatnonzero(fold == 2).tolist()))
    before, after = (run(adaptive, *x)[1].models for x in (given, other))
    assert (before[2] == after[2]).all()
    assert all((before[f] != after[f]).any() for f in (0, 1, 3, 4, 5))


def test_one_query_alone_is_ranked_by_what_was_learnt():
    adaptive = Adaptive()
    first, last, queries, judged, folds, _ = world()
    together, learnt = run(adaptive, first, last, queries, judged, folds)
    alone = adaptive.pool(*(Ranking(r.chunk[:1], r.score[:1]) for r in (first, last)))
    one = adaptive.rank(alone, learnt, queries.one(0), Folds(folds.fold[:1]))
    assert one.chunk[0].tolist() == together.chunk[0].tolist()


def test_without_judgments_it_is_an_even_mixture_and_nothing_found_is_no_fault():
    adaptive = Adaptive(depth=3)
    nothing, queries = ranking([[-1, -1]], [[-np.inf] * 2]), Queries(("what",))
    found, _ = run(adaptive, nothing, nothing, queries, judgments(n_queries=1), Folds(ints(0)))
    assert found.chunk.tolist() == [[-1, -1, -1]]
    found, _ = run(adaptive, ranking([[0, 2]], [[9.0, 1.0]]), nothing, queries, judgments(n_queries=1), Folds(ints(0)))
    assert found.score[0, :2].tolist() == [0.5, 0.0]


def test_features_by_hand():
    """Best 9, lead 5, deviation of 9, 4, 2, 3 found; best .9, .4, of .9, .5; one of ten in common; two words."""
    pool = Adaptive().pool(ranking([[0, 1, 2]], [[9.0, 4.0, 2.0]]), ranking([[2, 3, -1]], [[0.9, 0.5, -np.inf]]))
    assert features(pool, Queries(("two words",)))[0].tolist() == pytest.approx(
        [9, 5, np.std([9, 4, 2]), np.log(4), 0.9, 0.4, np.std([0.9, 0.5]), np.log(3), 0.1, np.log(3)]
    )
