"""Fallback chains: figures worked by hand, a score that knows, and one that does not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragtune.economics import Choice, chain, thresholds
from ragtune.splitting import Split

FEW = Choice(
    cheap=np.array([1.0, 0.0, 0.0, 1.0]),
    dear=np.array([1.0, 1.0, 0.0, 0.0]),
    cost=np.array([1.0, 1.0, 1.0, 1.0]),
    extra=np.array([2.0, 2.0, 6.0, 6.0]),
)


def test_a_chain_by_hand():
    point = chain(FEW, np.array([False, True, True, False])).frontier.points[0]
    assert (point.share, point.quality.value) == (0.5, 0.75)  # 1, 1 and 0 of the second, 1
    assert point.cost is not None and point.cost.value == 3.0  # 1 each, and (2 + 6) / 4
    assert point.by_chance == 0.5  # the second gains nothing in the mean, so a lot gains nothing at any price
    assert point.oracle == 0.75  # the two that gain most: +1 and 0
    assert point.advantage.value == pytest.approx(0.25)


def test_chance_has_the_same_money_not_the_same_share():
    choice = Choice(np.zeros(2), np.array([1.0, 0.0]), np.zeros(2), np.array([1.0, 3.0]))
    point = chain(choice, np.array([True, False])).frontier.points[0]
    assert point.by_chance == pytest.approx(0.25 * 0.5)  # 1 of 4 dollars buys a lot a quarter of the queries
    unpriced = Choice(choice.cheap, choice.dear, choice.cost, np.full(2, np.nan))
    point = chain(unpriced, np.array([True, False])).frontier.points[0]
    assert point.cost is None and point.by_chance == pytest.approx(0.5 * 0.5)


def world(n: int, seed: int, *, tells: bool) -> tuple[Choice, np.ndarray, Split]:
    """A first answer that is right in 60 %, a second that always is; a score that tells which, or does not."""
    rng = np.random.default_rng(seed)
    right = rng.random(n) < 0.6
    score = rng.random(n) + (right if tells else 0)
    choice = Choice(right.astype(float), np.ones(n), np.ones(n), np.full(n, 10.0))
    return choice, score, Split(np.where(rng.random(n) < 0.4, -1, rng.integers(5, size=n)))


def test_a_score_that_knows_sends_the_wrong_ones_alone():
    choice, score, split = world(600, 1, tells=True)
    found = thresholds(choice, score, np.zeros(600, dtype=bool), split, tolerance=0.02)
    chosen = found.frontier.points[found.chosen]
    assert found.frontier.beats_chance and chosen.quality.value > 0.95 and chosen.share < 0.55
    assert found.thresholds is not None and 0.8 < found.thresholds[found.chosen] <= 1.4
    assert found.frontier.queries == split.confirm.sum()


def test_a_score_that_knows_nothing_seldom_beats_chance():
    beaten = [
        thresholds(choice, score, np.zeros(200, dtype=bool), split).frontier.beats_chance
        for choice, score, split in (world(200, seed, tells=False) for seed in range(40))
    ]
    assert sum(beaten) <= 4  # 2.5 % on this side; five or more of 40 come by in less than 1 of 200 runs


def test_refusals_go_on_whatever_their_score():
    choice, score, split = world(100, 3, tells=True)
    refused = np.zeros(100, dtype=bool)
    refused[:10] = True
    found = thresholds(choice, score + 10 * refused, refused, split)
    first = found.frontier.points[0]
    assert first.aim == 0 and first.share == refused[split.confirm].mean() > 0


def test_without_queries_kept_back_all_are_judged_by_others():
    choice, score, _ = world(50, 4, tells=True)
    found = thresholds(choice, score, np.zeros(50, dtype=bool), Split(np.arange(50) % 5))
    assert found.frontier.queries == 50


@given(st.integers(0, 1000), st.integers(2, 40))
def test_nobody_beats_the_oracle_and_the_ends_are_the_designs(seed, n):
    rng = np.random.default_rng(seed)
    choice = Choice(*rng.random((4, n)))
    sent = rng.random(n) < 0.5
    point = chain(choice, sent).frontier.points[0]
    assert point.oracle >= point.quality.value - 1e-12
    assert point.advantage.value == pytest.approx(point.quality.value - point.by_chance)
    ends = [chain(choice, np.full(n, all_)).frontier.points[0] for all_ in (False, True)]
    assert [end.quality.value for end in ends] == pytest.approx([choice.cheap.mean(), choice.dear.mean()])
    assert [end.advantage.value for end in ends] == pytest.approx([0, 0])
