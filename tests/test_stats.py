"""Statistics against scipy and statsmodels, hand-made cases, and short forms of `benchmarks.verdict_truth`."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats as oracle

from benchmarks.verdict_truth import alike, beta, coverage, curse, ndcg, one_better, success, ties
from ragtune.stats import (
    bootstrap,
    expected_best,
    holm,
    non_inferiority,
    queries_needed,
    room,
    sign_flip,
    tie_set,
)


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def test_intervals_agree_with_scipys(rng):
    values = ndcg(0.3, 0.4)[rng.integers(8192, size=(3, 400))]
    found = bootstrap(values)
    for i, row in enumerate(values):
        expected = oracle.bootstrap((row,), np.mean, n_resamples=9999, rng=1, method="percentile").confidence_interval
        width = expected.high - expected.low
        assert found.mean[i] == pytest.approx(row.mean())
        assert found.low[i] == pytest.approx(expected.low, abs=0.03 * width)
        assert found.high[i] == pytest.approx(expected.high, abs=0.03 * width)


def test_small_samples_have_wider_intervals_than_scipys(rng):
    row = rng.random(12)
    expected = oracle.bootstrap((row,), np.mean, n_resamples=9999, rng=1, method="percentile").confidence_interval
    found = bootstrap(row[None])
    assert found.high[0] - found.low[0] > 1.05 * (expected.high - expected.low)


def test_rows_are_treated_alike_alone_and_in_company(rng):
    values = rng.random((5, 50))
    together, alone = bootstrap(values, resamples=500), bootstrap(values[3:4], resamples=500)
    np.testing.assert_allclose([each[3] for each in together], [each[0] for each in alone], atol=1e-6)


@given(arrays(np.float64, (3, 20), elements=st.sampled_from([0.0, 0.25, 1 / 3, 1.0])))
def test_intervals_hold_the_mean_and_stay_within_bounds(values):
    found = bootstrap(values, within=(0, 1), resamples=200)
    assert (found.low <= found.mean + 1e-6).all()
    assert (found.mean <= found.high + 1e-6).all()
    assert found.low.min() >= 0
    assert found.high.max() <= 1
    t = oracle.t.ppf(0.975, 19) * values.std(axis=1, ddof=1) / np.sqrt(20)
    assert (found.low <= np.maximum(0, found.mean - t) + 1e-6).all()
    assert (found.high >= np.minimum(1, found.mean + t) - 1e-6).all()


def test_equal_values_have_an_interval_of_width_zero_and_one_value_has_none():
    found = bootstrap(np.full((1, 30), 1 / 3))
    assert found.low[0] == found.high[0] == found.mean[0]
    assert np.isnan(bootstrap(np.array([[0.4]])).low[0])


@pytest.mark.parametrize("discrete", [False, True])
def test_sign_flips_agree_with_scipy(rng, discrete):
    a, b = rng.random((2, 60))
    if discrete:
        a, b = (a > 0.3).astype(float), (b > 0.5).astype(float)
    expected = oracle.permutation_test(
        (a, b), lambda x, y, axis: np.mean(x - y, axis=axis), permutation_type="samples", n_resamples=20_000, rng=1
    ).pvalue
    assert sign_flip((a - b)[None], flips=20_000)[0] == pytest.approx(expected, abs=0.012)


def test_sign_flips_agree_with_all_of_them():
    differences = np.array([0.5, 0.25, 0.25, 0.125, -0.125, 0.0, 1.0])
    exact = oracle.permutation_test(
        (differences, np.zeros(7)), lambda x, y, axis: np.mean(x - y, axis=axis), permutation_type="samples"
    ).pvalue
    assert sign_flip(differences[None], flips=40_000)[0] == pytest.approx(exact, abs=0.01)


def test_differences_that_are_all_zero_give_one_and_p_is_never_zero():
    p = sign_flip(np.array([[0.0] * 300, [0.1] * 300]), flips=999)
    assert p.tolist() == [1.0, 0.001]


def test_a_flip_that_reorders_equal_values_counts_as_far():
    """In floating point 0.1 + 0.2 + 0.3 depends on the order; all 8 signings of these reach as far in 2 ways of 8."""
    assert sign_flip(np.array([[0.1, 0.2, 0.3]]), flips=40_000)[0] == pytest.approx(0.25, abs=0.01)


@pytest.mark.parametrize("n", [1, 2, 7, 40])
def test_holm_agrees_with_statsmodels(rng, n):
    multipletests = pytest.importorskip("statsmodels.stats.multitest").multipletests
    p = rng.random(n).round(1) ** 3
    np.testing.assert_allclose(holm(p), multipletests(p, method="holm")[1])


def test_holm_by_hand():
    assert holm(np.array([0.01, 0.04, 0.03, 0.005])).round(6).tolist() == [0.03, 0.06, 0.06, 0.02]


def test_the_tie_set_of_two_is_a_one_sided_t_test(rng):
    for shift in np.linspace(0, 0.15, 12):
        scores = rng.random((2, 80))
        scores[1] -= shift
        worst = int(scores.mean(axis=1).argmin())
        p = oracle.ttest_rel(scores[1 - worst], scores[worst], alternative="greater").pvalue
        if abs(p - 0.05) > 0.015:
            assert tie_set(scores)[worst] == (p > 0.05)


def test_the_tie_set_leaves_out_what_is_worse_beyond_chance(rng):
    scores = np.clip(rng.random(200) + rng.normal(0, 0.1, (30, 200)), 0, 1)
    scores[10:] -= 0.2
    tied = tie_set(scores)
    assert tied[:10].sum() >= 8
    assert not tied[10:].any()
    assert tied[scores.mean(axis=1).argmax()]


def test_equal_rows_are_tied_and_a_constant_lag_is_not(rng):
    row = rng.random(50)
    assert tie_set(np.stack([row, row, row - 0.01])).tolist() == [True, True, False]
    assert tie_set(np.stack([row, row, row - 0.01]), slack=0.02).all()
    assert tie_set(np.ones((4, 1))).all()


def test_queries_needed_by_hand(rng):
    differences = rng.normal(size=100)
    differences = (differences - differences.mean()) / differences.std(ddof=1) * 0.2 + 0.02
    # (1.959964 + 0.841621)² · (0.2 / 0.02)² = 784.9
    assert queries_needed(differences) == 785 - 100
    assert queries_needed(differences + 0.5) == 0
    assert queries_needed(np.zeros(50)) is None
    assert queries_needed(np.array([1.0])) is None


def test_the_needed_queries_reach_the_power(rng):
    pilot = rng.normal(0.05, 0.2, 60)
    pilot += 0.05 - pilot.mean()
    pilot = (pilot - 0.05) * 0.2 / pilot.std(ddof=1) + 0.05
    n = 60 + queries_needed(pilot)
    p = sign_flip(rng.normal(0.05, 0.2, (1000, n)), flips=999)
    assert (p <= 0.05).mean() == pytest.approx(0.8, abs=0.04)


def test_non_inferiority(rng):
    differences = rng.normal(0, 0.1, 200)
    differences -= differences.mean()
    assert non_inferiority(differences, 0.03).passed
    assert not non_inferiority(differences[:10] - differences[:10].mean(), 0.03).passed  # too few to tell
    assert not non_inferiority(differences - 0.03, 0.03).passed
    assert non_inferiority(differences - 0.05, 0.03).inferior
    assert not non_inferiority(differences, 0.03).inferior
    same = non_inferiority(np.zeros(20), 0.01)
    assert (same.passed, same.inferior, same.low, same.high) == (True, False, 0.0, 0.0)


def test_one_end_of_the_non_inferiority_interval_is_one_sided(rng):
    differences = rng.normal(0.02, 0.1, 300)
    expected = differences.mean() - 1.645 * differences.std(ddof=1) / np.sqrt(300)
    assert non_inferiority(differences, 0.01).low == pytest.approx(expected, abs=0.001)


def test_room():
    assert room(np.ones((3, 10))) == "saturated"
    assert room(np.zeros((3, 10))) == "floor"
    assert room(np.eye(10)) == ""
    assert room(np.full((2, 5), 900.0)) == ""


def test_everything_is_seeded(rng):
    scores = rng.random((20, 60))
    for find in (
        lambda seed: bootstrap(scores, resamples=300, seed=seed).low,
        lambda seed: sign_flip(scores - scores[0], flips=300, seed=seed),
        lambda seed: expected_best(scores, rounds=2, seed=seed),
    ):
        np.testing.assert_array_equal(find(0), find(0))
        assert np.any(find(0) != find(1))


def test_intervals_cover(rng):
    for world in (alike(beta(0.5), 2), alike(success(0.8), 2, 0.8)):
        for paired in (False, True):
            assert coverage(world, 90, 10, paired=paired) == pytest.approx(0.95, abs=0.035)


def test_the_tie_set_holds_the_best():
    held, kept = ties(one_better(beta(0.5), beta(0.55)), 5)
    assert held >= 0.9
    assert kept < 1


def test_the_corrected_winner_is_not_too_good():
    naive, naive_error, corrected, error = curse(alike(beta(0.5), 200), 40)
    assert naive > 0.03 > 5 * naive_error
    assert abs(corrected) < 3 * error
