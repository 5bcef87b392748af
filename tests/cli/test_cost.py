"""`ragtune cost`, on a study and on a log."""

from __future__ import annotations

import json

import pytest

import ragtune
from ragtune.cli import main


def run(*words):
    with pytest.raises(SystemExit) as ended:
        main(["cost", *words])
    return ended.value.code


@pytest.fixture(scope="module")
def space(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cost")
    config = {"space": {"chunker": "whole-document", "embedder": "none", "retriever": ["bm25", "tf-idf"]}}
    ragtune.sweep("python-stdlib", {**config, "baseline": {"retriever": "tf-idf"}}, workspace=folder)
    return folder


def test_routing_tells_the_frontier_and_whether_it_is_more_than_chance(space, capsys):
    assert run("routing", "baseline", "best", "--workspace", str(space), "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["metric"] == "nDCG@10" and len(found["routes"]) == 11 and found["queries"] >= 60
    assert found["routes"][0]["cost"] <= found["routes"][-1]["cost"] or found["cost"] == "latency_p50_ms"
    assert run("routing", "baseline", "best", "--workspace", str(space)) == 0
    out = capsys.readouterr().out
    assert "nothing was learnt" in out or "rule: send a query" in out
    assert run("routing", "baseline", "best", "--metric", "support", "--workspace", str(space)) == 2
    assert "has no support" in capsys.readouterr().err


def test_a_log_through_a_cache(tmp_path, capsys):
    rows = [("How do cats hunt?", "1"), ("how do cats  hunt?", "1"), ("Where do fish live?", "2")]
    (tmp_path / "log.jsonl").write_text("\n".join(json.dumps({"query": q, "answer": a}) for q, a in rows))
    assert run("cache", str(tmp_path / "log.jsonl"), "--threshold", "0.99", "--json", "--workspace", str(tmp_path)) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["exact"], found["wrong"]) == (pytest.approx(1 / 3), 0.0)
    assert run("cache", str(tmp_path / "log.jsonl"), "--usd-per-1k", "3", "--workspace", str(tmp_path)) == 0
    assert "1.00 USD" in capsys.readouterr().out
    assert run("cache", str(tmp_path / "none.txt"), "--workspace", str(tmp_path)) == 2


def test_hosting_and_unknown_prices(capsys):
    month = ["--requests", "1000", "--input-tokens", "1000", "--output-tokens", "100"]
    assert run("hosting", "--model", "no-such-model", *month) == 0
    assert capsys.readouterr().out.count("unknown") == 3
    assert run("hosting", "--model", "gpt-4o-mini", *month) == 0
    assert "0.21 USD" in capsys.readouterr().out
