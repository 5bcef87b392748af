"""Throughput of a closed loop: Little's law by hand, and against a loop that is played through."""

from __future__ import annotations

import heapq

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragtune.economics import makespan, throughput


def test_by_hand():
    found = throughput(np.array([1.0, 3.0]), 8, think_seconds=2.0, target=10.0)
    assert found.per_second == 2.0 and found.limit == "concurrency"  # 8 / (2 + 2)
    assert found.needed == 40  # 10 a second, each of 4 seconds
    assert found.batch_seconds == 3.0
    assert found.low is not None and found.high is not None and found.low < 2.0 < found.high


def test_the_endpoint_bounds_it():
    seconds = np.full(4, 0.5)
    assert throughput(seconds, 10, requests_per_minute=60).per_second == 1.0
    found = throughput(seconds, 10, requests_per_minute=600, tokens_per_minute=60_000, tokens=500, target=5)
    assert (found.per_second, found.limit, found.needed) == (2.0, "tokens a minute", None)


def test_one_request_has_no_interval():
    found = throughput(np.array([0.25]), 1)
    assert (found.per_second, found.low, found.high) == (4.0, None, None)


def test_little_is_what_a_played_loop_makes():
    seconds = np.random.default_rng(0).lognormal(-1, 0.8, 20_000)
    free = [0.0] * 32
    heapq.heapify(free)
    for each in seconds:
        heapq.heapreplace(free, free[0] + each + 0.1)
    assert throughput(seconds, 32, think_seconds=0.1).per_second == pytest.approx(20_000 / max(free), rel=0.01)


@given(st.lists(st.floats(0.01, 10), min_size=1, max_size=30), st.integers(1, 8))
def test_a_batch_is_no_faster_than_its_work_and_its_longest(seconds, workers):
    last = makespan(seconds, workers)
    ideal = max(sum(seconds) / workers, max(seconds))
    assert ideal - 1e-9 <= last <= sum(seconds) / workers + max(seconds) + 1e-9
