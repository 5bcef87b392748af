"""A sweep that asks a model: failed replies are listed, never scored as wrong, and asked for again; money and time are told."""

from __future__ import annotations

import numpy as np
import pytest

import ragtune
from ragtune.cli import main
from ragtune.tools import Accept, Case, ExpectedCall, ToolSet
from ragtune.toolsets import ToolDataset
from tests.callers.asking import TOOLS
from tests.endpoint_server import EndpointServer

BERN = {"city": Accept(any_of=("Bern",))}
CASES = (
    Case(id="now", query="weather in Bern", calls=(ExpectedCall(tool="weather", arguments=BERN),)),
    Case(id="mail", query="mail Ann", calls=(ExpectedCall(tool="mail"),)),
    Case(id="none", query="sing a song"),
)


def dataset() -> ToolDataset:
    return ToolDataset("small", ToolSet(TOOLS.tools), CASES)


def config(url: str, **knobs: object) -> dict[str, object]:
    at = {"base_url": url, "backoff_s": 0.002, "max_retries": 0, "timeout_s": 2, **knobs}
    return {
        "name": "asked",
        "tools": "small",
        "space": {"embedder": "wordllama", "caller": [{"chat": {**at, "model": "gpt-4o-mini"}}]},
        "baseline": {"caller": {"similarity": {"threshold": 0.0}}},
        "metrics": ["selection_accuracy", "call_accuracy", "false_call"],
    }


def answer(body: dict[str, object]) -> object:
    """The right calls, but for the song: mail is called there."""
    query = body["messages"][-1]["content"]
    return [("weather_now_", '{"city": "bern"}')] if "weather" in query else [("mail", "{}")]


@pytest.fixture
def server():
    with EndpointServer() as server:
        server.call = lambda body: [
            (next(t["function"]["name"] for t in body["tools"] if t["function"]["name"].startswith(name)), given)
            for name, given in answer(body)
        ]
        yield server


def test_a_model_is_scored_timed_and_paid_for(server, tmp_path):
    study = ragtune.sweep(dataset(), config(server.url), workspace=tmp_path)
    assert study.summary["failed"] == []
    labels = study.scores.metrics
    scores = dict(zip(labels, study.scores.values[1].tolist(), strict=True))
    assert scores["selection_accuracy"] == [1, 1, 0] and scores["call_accuracy"] == [1, 1, 0]
    assert scores["false_call"] == [0, 0, 1]
    assert study.costs["usd_per_1k"][0] == 0 and np.isnan(study.costs["usd_per_1k"][1])  # not OpenAI's own endpoint
    assert 0 < study.costs["latency_p50_ms"][1] < 5000
    assert len(server.requests) == 3
    ragtune.sweep(dataset(), config(server.url), workspace=tmp_path)
    assert len(server.requests) == 3


def test_a_reply_that_is_missing_is_no_wrong_one_and_is_asked_for_again(server, tmp_path):
    right, broken = server.call, [True]
    server.call = lambda body: None if broken[0] and "mail" in body["messages"][-1]["content"] else right(body)
    study = ragtune.sweep(dataset(), config(server.url), workspace=tmp_path)
    row = study.scores.of("selection_accuracy")[1].tolist()
    assert row[0] == 1 and np.isnan(row[1]) and row[2] == 0
    told = next(row for row in study.leaderboard() if not row.baseline)
    assert (told.scored, told.total) == (2, 3)
    broken[0] = False
    asked = len(server.requests)
    study = ragtune.sweep(dataset(), config(server.url), workspace=tmp_path)
    assert study.scores.of("selection_accuracy")[1].tolist() == [1, 1, 0]
    assert len(server.requests) == asked + 1


def test_what_was_replied_can_be_replayed(server, tmp_path, capsys):
    space = tmp_path / "space"
    study = ragtune.sweep(dataset(), config(server.url), workspace=space)
    (asked,) = [entry["id"] for entry in study.record["configurations"] if "chat" in str(entry["slots"]["caller"])]
    replies, asked_before = tmp_path / "replies.jsonl", len(server.requests)
    with pytest.raises(SystemExit) as ended:
        main(["tools", "record", f"{study.name}:{asked}", "-o", str(replies), "--workspace", str(space)])
    assert ended.value.code == 0 and "3 replies" in capsys.readouterr().out
    again = {**config(server.url), "space": {"embedder": "none", "caller": [{"replay": {"path": str(replies)}}]}}
    replayed = ragtune.sweep(dataset(), {**again, "baseline": {"embedder": "wordllama"}}, workspace=tmp_path / "other")
    assert replayed.scores.values[-1].tolist() == study.scores.values[1].tolist()
    assert len(server.requests) == asked_before
