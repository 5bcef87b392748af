"""Tests that may be looked at any time: exact where chance can be counted out, else against other formulas."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from ragtune.production import judge_drop, judge_mean, judge_promise, queries_to_find, queries_to_tell
from ragtune.production._betting import STAKES, _wealth, bounds, first_above
from ragtune.production._drop import FEWEST, _start, line

COINS = [np.array(flips, dtype=float) for flips in itertools.product([-1.0, 1.0], repeat=10)]


def test_wealth_is_the_mean_of_products():
    values = np.array([1.0, -0.5, 0.25])
    for n in (1, 2, 3):
        products = [math.prod(1 + stake / 4 * (v - 0.1) for v in values[:n]) for stake in STAKES]
        assert _wealth(values, 2.0, 0.1)[n - 1] == pytest.approx(math.log(sum(products) / 16))


def test_nobody_wins_on_fair_coins():
    """Over all 1,024 sequences of ten coins, wealth is 1 in the mean after each."""
    wealth = np.exp([_wealth(coins, 1.0, 0.0) for coins in COINS])
    assert wealth.mean(axis=0) == pytest.approx(np.ones(10))


@pytest.mark.parametrize("alpha", [0.5, 0.3, 0.2])
def test_fair_coins_are_called_unfair_as_seldom_as_is_said(alpha):
    ever = Fraction(sum(first_above(coins, 1.0, alpha) is not None for coins in COINS), len(COINS))
    assert 0 < ever <= alpha


@given(st.lists(st.floats(-1, 1), max_size=60), st.sampled_from([0.5, 0.8, 0.95]))
def test_the_interval_and_the_test_agree(values, level):
    found = judge_mean(np.array(values), 1.0, level=level)
    assert found.low <= found.mean + 1e-9 and found.mean - 1e-9 <= found.high
    now = first_above(np.array(values), 1.0, (1 - level) / 2)
    if found.low > 1e-3:  # zero is ruled out by all values, so it has been at some time
        assert now is not None and found.sure
    mirrored = judge_mean(-np.array(values), 1.0, level=level)
    assert (mirrored.side, mirrored.reached) == (-found.side, found.reached)
    assert mirrored.low == pytest.approx(-found.high, abs=1e-3)


def test_what_is_sure_stays_so():
    values = np.array([1.0] * 30 + [-1.0] * 30)
    found = judge_mean(values, 1.0)
    assert found.mean == 0 and found.low < 0 < found.high
    assert found.sure and found.side == 1 and found.reached == judge_mean(values[:30], 1.0).reached


def test_more_queries_settle_it():
    values = np.tile([1.0, 0.0, 0.0, -1.0, 1.0], 8)
    found = judge_mean(values, 1.0)
    assert not found.sure and 0 < found.more < 500
    assert judge_mean(np.tile(values, 1 + math.ceil(found.more / 40)), 1.0).sure
    assert judge_mean(np.zeros(5), 1.0).more is None and judge_mean(np.zeros(0), 1.0).high == 1.0


def test_values_beyond_the_bound_are_refused():
    with pytest.raises(ValueError, match="within 1"):
        judge_mean(np.array([1.5]), 1.0)


def test_a_line_without_slope_is_the_reflection_principle():
    """P(max of a Brownian motion up to T > a) = 2 (1 - Φ(a / √T))."""
    assert _start(0.0, 100.0, 0.05) == pytest.approx(10 * norm.ppf(0.975), rel=1e-6)


def test_a_line_that_is_never_over_is_walds():
    """P(a Brownian motion ever crosses a + bt) = exp(-2ab)."""
    assert _start(0.1, 1e9, 0.05) == pytest.approx(math.log(20) / 0.2, rel=1e-6)


def test_a_line_is_crossed_as_often_as_is_said():
    start, slope = line(0.4, 2_000, 0.8)
    end = 2_000 / 0.4**2
    rng = np.random.default_rng(0)
    times = np.linspace(end / 2_000, end, 2_000)
    paths = np.cumsum(rng.normal(0, math.sqrt(end / 2_000), (2_000, 2_000)), axis=1)
    assert (paths >= start + slope * times).any(axis=1).mean() == pytest.approx(0.2, abs=0.03)


def test_a_drop_by_hand():
    """The rule, said again in a loop: mean before - mean now against start · variance + slope."""
    rng = np.random.default_rng(1)
    tuned, now = rng.choice([0.0, 0.5, 1.0], 400), rng.choice([0.0, 0.0, 0.5, 1.0], 300)
    found = judge_drop(now, tuned)
    start, slope = line(float(tuned.std(ddof=1)), 400, 0.95)
    first = None
    for n in range(FEWEST, 301):
        spread = max(now[:n].std(ddof=1), tuned.std(ddof=1))
        variance = spread**2 * (1 / n + 1 / 400)
        if first is None and tuned.mean() - now[:n].mean() >= start * variance + slope:
            first = n
    assert first is not None and found.reached == first
    assert found.drop == pytest.approx(tuned.mean() - now.mean())
    assert found.drop - found.low == pytest.approx(start * variance + slope) and found.low > 0
    assert found.high - found.drop == pytest.approx(found.drop - found.low)


def test_a_rise_is_no_drop_and_few_scores_say_nothing():
    low, high = np.tile([0.0, 0.2], 100), np.tile([0.8, 1.0], 100)
    assert judge_drop(high, low).reached is None and judge_drop(low, high).reached == FEWEST
    assert judge_drop(low[: FEWEST - 1], high) is None and judge_drop(low, high[: FEWEST - 1]) is None
    assert judge_drop(np.ones(FEWEST), np.ones(FEWEST)).reached is None  # no spread at all


def test_a_few_tuning_queries_show_only_large_drops():
    few, many = np.tile([0.0, 1.0], 50), np.tile([0.0, 1.0], 2_000)
    now = np.tile([0.0, 1.0], 500)
    assert judge_drop(now, few).least > 0.09 and judge_drop(now, many).least < 0.03
    assert queries_to_find(0.05, 0.4, 100) is None and queries_to_find(0.05, 0.4, 5_000) < 2_000


def test_a_promise_is_held_against_by_betting():
    values = np.tile([0.0, 1.0, 0.0], 100)
    found = judge_promise(values, 0.6)
    assert found.reached == first_above(0.6 - values, 1.0, 0.05) and 0 < found.low < found.drop < found.high
    assert (found.low, found.high) == bounds(0.6 - values, 1.0, 0.05)
    assert judge_promise(values, 1 / 3).reached is None and judge_promise(np.zeros(0), 0.5) is None


@pytest.mark.parametrize(("power", "seed"), [(0.8, 3), (0.9, 4)])
def test_what_is_promised_is_kept(power, seed):
    rng = np.random.default_rng(seed)
    n = queries_to_tell(0.2, 0.5, 1.0, power=power)
    draws = np.clip(rng.normal(0.2, 0.5, (300, n)), -1, 1)
    kept = np.mean([first_above(row, 1.0, 0.025) is not None for row in draws])
    assert power - 0.03 <= kept <= 1
    assert queries_to_tell(0.2, 0.5, 1.0, power=0.5) < n < queries_to_tell(0.1, 0.5, 1.0, power=power)
    assert queries_to_find(0.2, 0.5, None) < queries_to_tell(0.2, 0.5, 1.0)  # of one side only
