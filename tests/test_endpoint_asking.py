"""Requests through the memo: each is answered or listed, none is kept that failed, none is paid for twice."""

from __future__ import annotations

import json
import math
import re

import pytest

from ragtune.endpoint import BudgetError, Endpoint, EndpointError, Request, ask, reset_budgets
from ragtune.endpoint._budget import meter
from ragtune.engine.database import Database
from ragtune.engine.memo import Memo
from tests.endpoint_server import JUDGE_FAULTS, EndpointServer, mixed


@pytest.fixture
def server():
    reset_budgets()
    with EndpointServer(reply=lambda messages: json.dumps({"score": len(messages[-1]["content"]) / 100})) as server:
        yield server


@pytest.fixture
def memo(tmp_path):
    database = Database(tmp_path / "memo.sqlite")
    yield lambda: Memo(database, "scope", lambda *_: None)
    database.close()


def at(server, **knobs):
    return Endpoint(**{"base_url": server.url, "model": "m", "backoff_s": 0.002, "max_retries": 4, **knobs}).client


def request(text, draw=0, check=None, **params):
    return Request((("system", "Score it."), ("user", text)), {"max_tokens": 20, **params}, draw, check)


def score(completion):
    """A judge's reader: a score from 0 to 1 in a JSON object."""
    found = json.loads(completion.text)["score"]
    if not (isinstance(found, float) and 0 <= found <= 1 and math.isfinite(found)):
        raise ValueError(f"the score is {found}")


def test_all_that_is_sent_and_the_draw_are_in_the_key(server, memo):
    asked = [request("a"), request("a"), request("a", 1), request("a", temperature=0.5), request("a", seed=None)]
    first = ask(memo(), at(server), asked)
    assert len(server.requests) == 3 and not first.failures
    completion = first.completions[0]
    assert completion == first.completions[1] == first.completions[4]
    assert (completion.text, completion.prompt_tokens, completion.finish_reason) == ('{"score": 0.01}', 10, "stop")
    assert 0 < completion.seconds < 5 and completion.first_token_seconds is None
    assert {body.get("temperature") for _, body in server.requests} == {None, 0.5}
    assert "seed" not in server.requests[0][1] and server.requests[0][1]["max_tokens"] == 20
    assert ask(memo(), at(server, stream=True), asked) == first and len(server.requests) == 3


def test_times_are_kept_with_a_streamed_reply(server, memo):
    first = ask(memo(), at(server, stream=True), [request("a")]).completions[0]
    assert 0 < first.first_token_seconds <= first.seconds
    assert ask(memo(), at(server), [request("a")]).completions[0] == first


def test_what_the_reader_cannot_use_is_tried_again_and_never_kept(server, memo):
    server.script.extend(["fenced", "nan-score"])
    assert ask(memo(), at(server), [request("a", check=score)]).completions[0].text == '{"score": 0.01}'
    server.script.extend(["out-of-range"] * 3)
    asked = ask(memo(), at(server), [request("b", check=score)])
    assert asked.completions == [None] and "of no use (the score is 7) (3 tries)" in str(asked.failures[0])
    assert ask(memo(), at(server), [request("b", check=score)]).failures == {}


def test_with_30_percent_faults_each_is_answered_or_listed_and_none_paid_for_twice(server, memo):
    """The short form of `python -m benchmarks.endpoint`."""
    n, knobs = 300, {"max_retries": 1, "timeout_s": 0.5, "concurrency": 24}
    server.faults = mixed(0.3, JUDGE_FAULTS)
    requests = [request(f"query {i}", check=score) for i in range(n)]
    this = memo()
    first = ask(this, at(server, **knobs), requests)
    failed = sorted(first.failures)
    assert 0 < len(failed) < n / 3 and this.missing == len(failed)
    assert failed == [i for i, completion in enumerate(first.completions) if completion is None]
    assert len(server.faulted) > 12
    server.faults = {}
    before = len(server.requests)
    second = ask(memo(), at(server, **knobs), requests)
    assert len(server.requests) == before + len(failed) and not second.failures
    assert all(second.completions[i] == first.completions[i] for i in range(n) if i not in failed)
    paid = {body["messages"][-1]["content"] for _, body in server.requests}
    assert {text: server.asked[text] for text in paid} == {f"query {i}": 1 for i in range(n)}


def test_a_spent_budget_or_a_wrong_key_stops_what_is_left(server, memo):
    requests = [request(f"q{i}") for i in range(20)]
    asked = ask(memo(), at(server, budget_requests=5, concurrency=2), requests)
    assert len(server.requests) == 5 and len(asked.failures) == 15
    assert all(isinstance(error, BudgetError) for error in asked.failures.values())
    server.faults = {"401": 1.0}
    asked = ask(memo(), at(server, concurrency=1), [request(f"r{i}") for i in range(20)])
    assert len(asked.failures) == 20 and len(server.requests) == 6


def test_a_batch_is_one_file_and_its_answers_are_found_by_their_id(server, memo):
    server.batches.refuses = lambda body: body["messages"][-1]["content"] == "q3"
    requests = [request(f"q{i}", temperature=0.0) for i in range(6)] + [request("q1", draw=1, temperature=0.0)]
    asked = ask(memo(), at(server, batch=True), requests)
    assert [path for path, _ in server.requests] == ["/v1/files", "/v1/batches"]
    assert asked.failures.keys() == {3} and "no such thing" in str(asked.failures[3])
    assert [c and c.text for c in asked.completions] == ['{"score": 0.02}'] * 3 + [None] + ['{"score": 0.02}'] * 3
    assert asked.completions[0].seconds is None
    (batch,) = server.batches.made.values()
    assert (batch["endpoint"], batch["completion_window"]) == ("/v1/chat/completions", "24h")
    first = json.loads(server.batches.files["file-0"].splitlines()[0])
    assert first["method"] == "POST" and first["body"]["model"] == "m" and first["body"]["temperature"] == 0.0
    gauge = meter(server.url, "m")
    assert (gauge.requests, gauge.tokens, gauge.reserved) == (7, 6 * 15, 0)
    server.batches.refuses = lambda body: False
    again = ask(memo(), at(server, batch=True), requests)
    assert not again.failures and len(server.batches.made) == 2
    assert len(server.batches.files["file-1"].splitlines()) == 1  # the one that failed


class Killed(BaseException):
    """What no code handles."""


@pytest.mark.parametrize("when", ["before the id is kept", "while waiting"])
@pytest.mark.parametrize("lists", [True, False])
def test_a_run_that_was_killed_finds_its_batch_again(server, memo, monkeypatch, when, lists):
    """The provider tells of its batches, or the id was kept: only where neither holds is a batch handed in again."""
    import ragtune.endpoint._handed_in as module

    def kill(*_, **__):
        raise Killed

    server.batches.lists = lists
    requests = [request(f"q{i}") for i in range(3)]
    with monkeypatch.context() as patched:
        if when == "while waiting":
            patched.setattr(module.HandedIn, "_wait", kill)
        else:
            patched.setattr(module.HandedIn, "_create", create_and_kill(module.HandedIn._create))
        with pytest.raises(Killed):
            ask(memo(), at(server, batch=True), requests)
    assert len(server.batches.made) == 1
    asked = ask(memo(), at(server, batch=True), requests)
    assert not asked.failures
    twice = when == "before the id is kept" and not lists
    assert len(server.batches.made) == 1 + twice
    assert twice or set(server.batches.answered.values()) == {1}


def create_and_kill(create):
    async def then_kill(*arguments):
        await create(*arguments)
        raise Killed

    return then_kill


def test_a_batch_that_came_to_nothing_is_listed_and_another_is_made_by_the_next_run(server, memo):
    server.batches.ends = "failed"
    requests = [request("a"), request("b")]
    asked = ask(memo(), at(server, batch=True), requests)
    assert len(asked.failures) == 2 and "is failed without an answer to it: the file cannot be read" in str(
        asked.failures[0]
    )
    server.batches.ends = "completed"
    assert not ask(memo(), at(server, batch=True), requests).failures and len(server.batches.made) == 2


def test_budgets_hold_for_batches_and_one_of_seconds_leaves_it_going_on(server, memo):
    requests = [request("a"), request("b")]
    asked = ask(memo(), at(server, batch=True, budget_requests=1), requests)
    assert re.search(r"budget_requests 1; .*the next are 2", str(asked.failures[0])) and not server.requests
    server.batches.polls = 10**9
    asked = ask(memo(), at(server, batch=True, budget_seconds=0.1), requests)
    assert "budget_seconds 0.1) before batch_0 was over. It goes on there" in str(asked.failures[1])
    assert isinstance(asked.failures[0], BudgetError)
    reset_budgets()
    server.batches.polls = 0
    assert not ask(memo(), at(server, batch=True, budget_requests=1), requests).failures  # it was paid for before
    assert len(server.batches.made) == 1


@pytest.mark.parametrize("script", [["500", "", "reset", ""], ["", "half-json", "503", ""]])
def test_faults_on_the_way_make_no_second_batch(server, memo, script):
    server.script.extend(script)
    asked = ask(memo(), at(server, batch=True), [request("a"), request("b")])
    assert not asked.failures and set(server.batches.answered.values()) == {1}
    server.faults = {"401": 1.0}
    refused = ask(memo(), at(server, batch=True), [request("c")])
    assert isinstance(refused.failures[0], EndpointError) and "answered 401" in str(refused.failures[0])


def test_files_hold_no_more_than_providers_take(server, memo, monkeypatch):
    import ragtune.endpoint._batch as module

    monkeypatch.setattr(module, "MOST_REQUESTS", 2)
    asked = ask(memo(), at(server, batch=True), [request(f"q{i}") for i in range(5)])
    assert not asked.failures
    assert sorted(len(file.splitlines()) for id, file in server.batches.files.items() if id.startswith("file")) == [
        1,
        2,
        2,
    ]
