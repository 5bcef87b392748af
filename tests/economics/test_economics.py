"""Routing, caching and hosting against known truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragtune.economics import Logged, Usage, hosting, read_log, route, simulate
from ragtune.errors import DatasetError, InputError

RNG = np.random.default_rng(1)


def queries(n):
    """Half of them ask why, and these alone need the dearer design."""
    return [f"{'Why is' if i % 2 else 'Where is'} part {i} of it" for i in range(n)]


def test_what_can_be_learnt_is_learnt():
    texts = queries(200)
    need = np.array([i % 2 for i in range(200)], dtype=float)
    fold = np.where(np.arange(200) % 10 < 2, -1, np.arange(200) // 2 % 5)
    found = route(texts, 0.5 - 0.4 * need, np.full(200, 0.5), fold, (1.0, 3.0))
    assert found.beats_chance and max(found.rule, key=lambda name: abs(found.rule[name])) == "asks how or why"
    half = found.routes[5]
    assert half.score == pytest.approx(half.oracle) == pytest.approx(0.5)  # the right half was sent
    assert (half.random, half.cost) == (pytest.approx(0.4), pytest.approx(2.0))
    assert found.routes[0].score == pytest.approx(0.3) and found.routes[-1].score == pytest.approx(0.5)


def test_where_nothing_can_be_learnt_nothing_is_claimed():
    claims = 0
    for seed in range(120):
        rng = np.random.default_rng(seed)
        fold = np.where(rng.random(150) < 0.4, -1, rng.integers(0, 5, 150))
        claims += route(queries(150), rng.random(150), rng.random(150), fold, (1.0, 2.0)).beats_chance
    assert claims <= 0.06 * 120


def test_small_sets_are_cross_fitted_and_tiny_ones_refused():
    need = np.array([i % 2 for i in range(40)], dtype=float)
    found = route(queries(40), 1 - need, np.ones(40), np.arange(40) // 2 % 5, (1.0, 2.0))
    assert found.queries == found.learnt_on == 40 and found.beats_chance
    with pytest.raises(InputError, match="too few"):
        route(queries(5), np.zeros(5), np.ones(5), np.zeros(5, dtype=int), (1.0, 2.0))


def test_queries_without_a_score_are_left_out_and_counted():
    texts, need = queries(200), np.array([i % 2 for i in range(200)], dtype=float)
    fold = np.where(np.arange(200) % 10 < 2, -1, np.arange(200) // 2 % 5)
    cheap, dear = 0.5 - 0.4 * need, np.full(200, 0.5)
    cheap[0] = dear[7] = np.nan
    found = route(texts, cheap, dear, fold, (1.0, 3.0))
    assert (found.left_out, found.queries) == (2, 39) and found.beats_chance


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_the_right_ones_are_never_beaten(seed):
    rng = np.random.default_rng(seed)
    fold = np.where(np.arange(40) % 4 == 0, -1, np.arange(40) % 5)
    found = route(queries(40), rng.random(40), rng.random(40), fold, (0.0, 1.0))
    for each in found.routes:
        assert each.oracle >= each.score - 1e-12 and each.oracle >= each.random - 1e-12


def turned(*degrees):
    angles = np.radians(degrees)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def test_a_cache_by_hand():
    log = [Logged("a", "1"), Logged("A ", "1"), Logged("b", "1"), Logged("c", "2"), Logged("d", "3")]
    vectors = turned(0, 0, 10, 20, 90)
    (run,) = simulate(log, vectors, [0.95])  # cos 10° = .985 hits, cos 20° = .940 does not, b was never held
    assert (run.hits, run.exact, run.wrong, run.judged) == (0.4, 0.2, 0.0, 2)
    (run,) = simulate(log, vectors, [0.9])
    assert (run.hits, run.wrong) == (pytest.approx(0.6), pytest.approx(1 / 3))  # of three hits, c gets a's answer
    (run,) = simulate(log[3:], vectors[3:], [0.9])
    assert run.hits == 0 and np.isnan(run.wrong)  # no hit, so none that is wrong


def test_the_same_direction_reaches_a_threshold_of_one():
    vectors = np.random.default_rng(0).normal(size=(50, 64)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    log = [Logged(f"{half} {i}") for half in "ab" for i in range(50)]
    assert simulate(log, np.concatenate([vectors, vectors]), [1.0])[0].hits == 0.5


def slow(log, vectors, threshold, size):
    held = []  # (name, place), the least recently used first
    hits = 0
    for i, each in enumerate(log):
        name = each.query
        found = next((entry for entry in held if entry[0] == name), None)
        if found is None and held:
            best = max(held, key=lambda entry: float(vectors[entry[1]] @ vectors[i]))
            found = best if float(vectors[best[1]] @ vectors[i]) >= threshold else None
        if found is not None:
            hits += 1
            held.remove(found)
            held.append(found)
        else:
            held = [*held, (name, i)][-size:]
    return hits / len(log)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 359), min_size=1, max_size=40, unique=True), st.integers(1, 6), st.floats(0.5, 0.99))
def test_least_recently_used_as_a_list_would_have_it(degrees, size, threshold):
    log, vectors = [Logged(f"q{d}") for d in degrees], turned(*degrees)
    assert simulate(log, vectors, [threshold], size=size)[0].hits == pytest.approx(slow(log, vectors, threshold, size))


def test_logs_of_three_kinds(tmp_path):
    (tmp_path / "a.txt").write_text("one\n\ntwo\n")
    (tmp_path / "a.csv").write_text("query,answer\none,1\n")
    (tmp_path / "a.jsonl").write_text('{"query": "one", "answer": "1"}\n')
    assert [each.query for each in read_log(tmp_path / "a.txt")] == ["one", "two"]
    assert read_log(tmp_path / "a.csv") == read_log(tmp_path / "a.jsonl") == [Logged("one", "1")]
    (tmp_path / "b.csv").write_text('query,answer\n"two\nlines",1\n,2\n')
    with pytest.raises(DatasetError) as raised:
        read_log(tmp_path / "b.csv")
    assert [fault.line for fault in raised.value.faults] == [4]
    (tmp_path / "b.jsonl").write_text('{"q": 1}\nnonsense\n')
    with pytest.raises(DatasetError) as raised:
        read_log(tmp_path / "b.jsonl")
    assert [fault.line for fault in raised.value.faults] == [1, 2]


def test_hosting_by_hand():
    usage = Usage(1000, 100)
    known = hosting(
        "gpt-4o-mini",
        None,
        usage,
        requests=1_000_000,
        machine_usd_per_hour=0.1,
        tokens_per_second=1000,
        utilisation=0.5,
    )
    each = 1000 * 0.15e-6 + 100 * 0.6e-6  # dollars: .15 and .60 a million
    assert known.api_usd == pytest.approx(each * 1e6) and known.batch_usd == pytest.approx(each * 5e5)
    assert known.machines == 1  # one writes 1,000 * 3,600 * 730 * .5 / 100 = 13.14 million replies a month
    assert known.hosted_usd == pytest.approx(73.0) and known.break_even == int(np.ceil(73.0 / each))
    dear = hosting("gpt-4o-mini", None, usage, requests=10, machine_usd_per_hour=1000, tokens_per_second=10)
    assert dear.break_even is None
    unknown = hosting("no-such-model", None, usage, requests=10, machine_usd_per_hour=1, tokens_per_second=10)
    assert (unknown.api_usd, unknown.break_even) == (None, None)
