"""`ragtune monitor`, `ab` and `feedback`: what they print, and how they exit."""

from __future__ import annotations

import json

import numpy as np
import pytest

from ragtune.cli import main
from ragtune.datasets import load_dataset
from ragtune.production import QueryLog, profile_of, write_profile
from tests.production.made import Found

TOPICS = ("cats", "dogs", "owls", "bees", "eels")


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")

    def go(*arguments):
        with pytest.raises(SystemExit) as caught:
            main(list(arguments))
        out, err = capsys.readouterr()
        assert "--json" in arguments or max(map(len, out.splitlines()), default=0) <= 80, out
        return int(caught.value.code or 0), out, err

    return go


def write(path, texts, scores=(), **more):
    with QueryLog(path) as log:
        for i, text in enumerate(texts):
            id = log.served(
                text, [Found("cats.md", 0, 10, "Cats purr.", float(i % 7))], float(i % 50), id=str(i), **more
            )
            if len(scores):
                log.scored(id, "nDCG@10", scores[i])


def asked(n, topics=TOPICS, offset=0):
    numbers = np.random.default_rng(offset).permutation(9_000)[:n] + 1_000
    return [f"Why do {topics[i % len(topics)]} like number {number}?" for i, number in enumerate(numbers.tolist())]


def profiled(path, **more):
    texts = asked(200, offset=1_000)
    write_profile(profile_of(texts, np.arange(200.0) % 7, latency_ms=np.arange(50.0), **more), path)


def test_monitor_says_that_nothing_changed(run, tmp_path):
    profiled(tmp_path / "retriever")
    write(tmp_path / "q.jsonl", asked(230))
    code, out, _ = run("monitor", "q.jsonl", "--against", "retriever", "--window", "100", "--check")
    assert code == 0 and "nothing has changed for sure" in out and "2 windows were tested" in out
    assert "the next window is tested after 70 more queries" in out
    assert "latency     p50 22.5 ms" in out and "when tuned  p50 24.5 ms" in out
    code, out, _ = run("monitor", "q.jsonl", "--against", "retriever", "--json")
    told = json.loads(out)
    assert told["retune"] is False and told["waiting"] == 270 and told["windows"] == []


def test_monitor_says_what_changed(run, tmp_path):
    profiled(tmp_path / "retriever", metric="nDCG@10", values=np.tile([1.0, 0.0, 1.0, 1.0], 100))
    texts = [f"Which invoice {i} of the tax office was paid in {1900 + i}?" for i in range(120)]
    write(tmp_path / "q.jsonl", texts, [0.0, 0.3] * 60)
    code, out, _ = run("monitor", "q.jsonl", "--against", "retriever", "--window", "100", "--check")
    assert code == 4 and out.count("CHANGED  ") == 3 and "tune again" in out and "unlike any tuned one" in out
    assert "nDCG@10 0.150 over 120 scored queries, 0.600 below the 0.750 before" in out
    code, out, _ = run("monitor", "q.jsonl", "--against", "retriever", "--window", "100", "--promise", "0.1", "--json")
    assert code == 0 and json.loads(out)["drop"]["before"] == 0.1


def test_monitor_holds_traffic_against_earlier_traffic(run, tmp_path):
    write(tmp_path / "october.jsonl", asked(200, offset=500))
    write(tmp_path / "q.jsonl", asked(110))
    code, out, _ = run("monitor", "q.jsonl", "--against", "october.jsonl", "--window", "100", "--check")
    assert code == 0 and "1 window was tested" in out
    code, _, err = run("monitor", "q.jsonl", "--against", "october.jsonl", "--since", "2999-01-01")
    assert code == 2 and "no query" in err


def test_wrong_input_ends_with_2_and_every_fault(run, tmp_path):
    (tmp_path / "q.jsonl").write_text('{"kind": "served"}\n[]\n')
    profiled(tmp_path / "retriever")
    for command in (["monitor", "q.jsonl", "--against", "retriever"], ["ab", "report", "q.jsonl"]):
        code, out, err = run(*command)
        assert code == 2 and out == "" and "q.jsonl:1: " in err and "q.jsonl:2: " in err
    code, _, err = run("monitor", "q.jsonl", "--against", "nothing")
    assert code == 2 and "nothing" in err


def test_ab_from_split_to_report(run, tmp_path):
    code, out, _ = run("ab", "split", "--salt", "october", "user-1", "user-2")
    assert (code, out) == (0, "a  user-1\nb  user-2\n")
    assert json.loads(run("ab", "split", "--salt", "october", "user-2", "--json")[1]) == {"user-2": "b"}
    with QueryLog(tmp_path / "q.jsonl") as log:
        for i in range(300):
            id = log.served("why?", [], arm="ab"[i % 2])
            log.scored(id, "nDCG@10", 0.2 + 0.5 * (i % 2))
    code, out, _ = run("ab", "report", "q.jsonl", "--outcome", "nDCG@10", "--check")
    assert code == 0 and "b is better: sure after" in out and "  a  0.2000 over 150\n  b  0.7000 over 150" in out
    code, out, _ = run("ab", "report", "q.jsonl", "--check")
    assert (
        code == 4 and "0 queries split" in out and "300 more wait" in out and "open: no difference is sure yet" in out
    )
    assert json.loads(run("ab", "report", "q.jsonl", "--json", "--settle", "0")[1])["decision"] == "open"


def test_ab_plan_says_how_many(run):
    code, out, _ = run("ab", "plan", "--difference", "0.05", "--spread", "0.4")
    assert code == 0 and out.startswith("split: ") and "both bundles answer: " in out
    told = json.loads(run("ab", "plan", "--difference", "0.1", "--spread", "0.4", "--json")[1])
    assert told["paired"] < told["split"] < 3_000


def test_feedback_loads_as_a_dataset(run, tmp_path):
    (tmp_path / "handbook").mkdir()
    (tmp_path / "handbook" / "cats.md").write_text("Cats purr. They sleep.")
    write(tmp_path / "q.jsonl", ["What purrs?", "Who sleeps?"])
    with QueryLog(tmp_path / "q.jsonl") as log:
        log.feedback("0", "click", 1)
        log.feedback("1", "down", 1)
    code, out, _ = run("feedback", "q.jsonl", "--dataset", "handbook", "-o", "made")
    assert code == 0 and "wrote made: 1 queries with 1 passages, 0 by thumbs" in out and "rank  1: 1 clicks of 2" in out
    (query,) = load_dataset(tmp_path / "made").queries
    assert query.text == "What purrs?" and (query.evidence[0].start, query.evidence[0].end) == (0, 10)
    code, _, err = run("feedback", "q.jsonl", "--dataset", "handbook", "-o", "made", "--json")
    assert code == 2 and "made" in err
    code, out, _ = run("feedback", "q.jsonl", "--dataset", "made", "-o", "both", "--add", "--json")
    assert code == 2  # the only question is there already
