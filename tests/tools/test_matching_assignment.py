"""Assignment and alignment against scipy and against every way there is."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from ragtune.tools.matching._assign import align, assign

GRIDS = st.tuples(st.integers(1, 5), st.integers(1, 5)).flatmap(
    lambda size: st.lists(
        st.lists(st.integers(0, 9), min_size=size[1], max_size=size[1]), min_size=size[0], max_size=size[0]
    )
)


@settings(max_examples=150, deadline=None)
@given(GRIDS)
def test_least_cost(costs):
    pairs = assign(costs)
    rows, columns = linear_sum_assignment(costs)
    assert len(pairs) == len({i for i, _ in pairs}) == len({j for _, j in pairs}) == len(rows)
    assert sum(costs[i][j] for i, j in pairs) == sum(costs[i][j] for i, j in zip(rows, columns, strict=True))


@settings(max_examples=60, deadline=None)
@given(GRIDS, st.integers(0, 9), st.integers(0, 9))
def test_least_cost_in_order(costs, skip_expected, skip_called):
    def cost(pairs):
        rest = (len(costs) - len(pairs)) * skip_expected + (len(costs[0]) - len(pairs)) * skip_called
        return sum(costs[i][j] for i, j in pairs) + rest

    ways = [
        list(zip(rows, columns, strict=True))
        for n in range(min(len(costs), len(costs[0])) + 1)
        for rows in combinations(range(len(costs)), n)
        for columns in combinations(range(len(costs[0])), n)
    ]
    pairs = align(costs, skip_expected, skip_called)
    assert pairs in ways
    assert cost(pairs) == min(map(cost, ways))


def test_nothing_to_assign():
    assert assign([]) == assign([[]]) == align([], 1, 1) == []


def test_costs_that_are_no_floats_stay_exact():
    big = 1 << 60
    assert assign([[big + 1, big], [big, big + 3]]) == [(0, 1), (1, 0)]
