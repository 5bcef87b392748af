"""Rate limits, several addresses, and budgets in seconds."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import ValidationError

from ragtune.component import Component
from ragtune.endpoint import BudgetError, Endpoint, EndpointError
from ragtune.endpoint import _rates as rates_module
from ragtune.endpoint._budget import meter
from ragtune.endpoint._rates import Limiter
from ragtune.endpoint._replicas import Pool, Replica
from tests.endpoint_server import EndpointServer

CANARY = "sk-canary-0123456789abcdefABCDEF"


@pytest.fixture
def server():
    with EndpointServer() as server:
        yield server


def at(server, **knobs):
    return Endpoint(**{"base_url": server.url, "model": "m", "backoff_s": 0.002, "max_retries": 4, **knobs})


class Clock:
    """Time that passes by waiting for one's turn alone."""

    def __init__(self, monkeypatch):
        self.now = 1000.0
        monkeypatch.setattr(rates_module.time, "monotonic", lambda: self.now)

    def turn(self, limiter, *limits):
        seconds, counted = limiter.take(*limits)
        self.now += seconds
        return counted


def test_no_minute_has_more_requests_than_allowed_but_for_a_second(monkeypatch):
    clock, limiter, sent = Clock(monkeypatch), Limiter(), []
    for i in range(400):
        if i == 200:
            clock.now += 500  # what was not used is not saved up
        clock.turn(limiter, 60, None, 0)
        sent.append(clock.now)
    assert max(sum(t <= other < t + 60 for other in sent) for t in sent) == 61
    assert sent[199] - sent[0] == pytest.approx(198)


def test_tokens_are_put_right_when_the_reply_tells(monkeypatch):
    clock, limiter = Clock(monkeypatch), Limiter()
    began, n = clock.now, 300
    for _ in range(n):  # each may take 1,000 and takes 100; 6,000 a minute
        counted = clock.turn(limiter, None, 6000, 1000)
        limiter.settle(6000, counted, 1000, 100)
    assert (clock.now - began) == pytest.approx(n * 100 / 100, rel=0.1)


def test_a_limit_is_shared_by_all_who_ask_and_is_no_part_of_a_deadline(server):
    clients = [at(server, requests_per_minute=600, deadline_s=0.3, concurrency=c).client() for c in (4, 5)]
    began = time.monotonic()
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda i: clients[i % 2].embeddings([f"t{i}"]), range(16)))
    took = time.monotonic() - began
    assert 0.4 < took < 3  # 10 a second, the first 11 at once; the deadline of 0.3 s passed meanwhile
    assert len(server.requests) == 16


def test_turns_are_by_weight_and_smooth():
    pool = Pool([Replica("http://a", 2.0), Replica("http://b", 1.0)])
    assert "".join(pool.pick().base_url[-1] for _ in range(9)) == "abaabaaba"


def test_who_fails_is_left_alone_for_longer_each_time(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("ragtune.endpoint._replicas.time.monotonic", lambda: now[0])
    pool = Pool([Replica("http://a"), Replica("http://b")])
    a, b = pool.lines
    assert pool.failed(a, None) and pool.failed(a, None)  # the second was under way already
    assert [pool.pick() for _ in range(3)] == [b, b, b]
    now[0] = 1.5
    assert a in [pool.pick() for _ in range(2)]
    assert pool.failed(a, None)
    now[0] = 3.0
    assert a not in [pool.pick() for _ in range(3)]
    assert not pool.failed(b, 60.0)
    assert pool.pick() is a  # all rest: the one that is back first
    pool.worked(a)
    assert pool.pick() is a


def test_requests_go_to_the_addresses_that_answer(server):
    with EndpointServer() as second, EndpointServer() as gone:
        pass_on = at(server, replicas=[f"{second.url} weight=3", gone.url], deadline_s=5).client()
        gone.close()
        second_before = len(second.requests)
        for i in range(40):
            pass_on.embeddings([f"t{i}"])
        shares = Counter({"first": len(server.requests), "second": len(second.requests) - second_before})
        assert shares.total() == 40 and 27 <= shares["second"] <= 33
        second.faults = {"503": 1.0}
        began = time.monotonic()
        for i in range(40):
            pass_on.embeddings([f"u{i}"])
        assert time.monotonic() - began < 2 and len(server.requests) == shares["first"] + 40
        assert sum(second.faulted.values()) - shares["second"] <= 3
        assert server.delivered + second.delivered == {f"{x}{i}": 1 for x in "tu" for i in range(40)}


def test_each_address_has_its_own_key_and_base_url_may_have_a_weight(server, monkeypatch):
    monkeypatch.setenv("FIRST_KEY", CANARY)
    monkeypatch.setenv("OTHER_KEY", "sk-other")
    with EndpointServer() as other:
        replicas = [f"{other.url} api_key_env=OTHER_KEY", f"{server.url} weight=2"]
        client = at(server, api_key_env="FIRST_KEY", replicas=replicas).client()
        for i in range(6):
            client.embeddings([str(i)])
        assert (len(server.requests), len(other.requests)) == (4, 2)
        assert (server.authorizations, other.authorizations) == ({f"Bearer {CANARY}"}, {"Bearer sk-other"})
        assert CANARY not in repr(client.settings) + repr(client._pool.lines[1].line)
        other.faults = {"401": 1.0}
        with pytest.raises(EndpointError, match="environment variable OTHER_KEY"):
            for i in range(6):
                client.embeddings([str(i)])


@pytest.mark.parametrize(
    "replica, message",
    [
        (f"https://me:{CANARY}@host/v1", "is written http"),
        (f"http://host/v1 api_key_env={CANARY}", "is the name of an environment variable"),
        (f"http://host/v1 key={CANARY}", "is written `http"),
        ("http://host/v1 weight=0", "no positive number"),
        ("http://host/v1 weight=x", "no positive number"),
        ("", "is written http"),
    ],
)
def test_an_address_that_cannot_be_read_is_refused_and_not_repeated(replica, message):
    with pytest.raises(ValidationError, match=message) as caught:
        Endpoint(model="m", replicas=[replica])
    assert CANARY not in str(caught.value)
    with pytest.raises(ValidationError, match="twice"):
        Endpoint(model="m", replicas=["http://h/v1", "http://h/v1/ weight=2"])


def test_knobs_of_how_to_ask_enter_no_key_and_are_spelled_back():
    class Asking(Endpoint, Component):
        kind = "toy"
        name = "asking-many"

    knobs = {"requests_per_minute": 5, "tokens_per_minute": 9, "stream": True, "batch": True, "budget_seconds": 3}
    many = Asking(model="m", replicas=("http://b/v1 weight=2",), **knobs)
    assert many.key("ask") == Asking(model="m").key("ask") and hash(many) == hash(many.model_copy())
    assert many.spec()["asking-many"]["replicas"] == ["http://b/v1 weight=2"]


def test_seconds_are_a_budget_and_count_once_however_many_ask(server):
    server.latency_s = 0.1
    client = at(server, budget_seconds=0.25, model="by-seconds").client()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda i: client.embeddings([str(i)]), range(4)))
    assert 0.1 <= meter(server.url, "by-seconds").clock.seconds < 0.25
    time.sleep(0.2)  # nobody is asked meanwhile
    client.embeddings(["x"])
    before = len(server.requests)
    with pytest.raises(BudgetError, match=r"budget_seconds 0\.25; used 6 requests and 6 tokens in 0\.\d s") as caught:
        for _ in range(3):
            client.embeddings(["y"])
    assert len(server.requests) == before + 1 and caught.value.exit_code == 3
