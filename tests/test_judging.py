"""The verdict lies beside the scores, and is made anew when what it rests on is another."""

from __future__ import annotations

import json

import numpy as np
import pytest

from ragtune.judging import FILE, verdict_of
from ragtune.study import write_study


@pytest.fixture
def study(tmp_path):
    """A baseline of about 0.3, a design of about 0.7 that is slower, on 100 queries of which 40 confirm."""
    rng = np.random.default_rng(0)
    scores = np.clip(rng.normal([[[0.3]], [[0.7]]], 0.1, (2, 1, 100)), 0, 1)
    record = {
        "name": "made up",
        "config": {"maximize": "nDCG@10", "targets": {"latency_p95_ms": "<= 5"}, "prefer": ["latency_p95_ms"]},
        "metrics": ["nDCG@10"],
        "better": {"nDCG@10": "higher"},
        "queries": [str(i) for i in range(100)],
        "costs": ["latency_p95_ms"],
        "noise": {},
        "configurations": [{"id": "slow0000", "slots": {}}, {"id": "fast1111", "slots": {}}],
    }
    arrays = {
        "scores": scores,
        "latencies": np.full((2, 4), 0.001),
        "costs": np.array([[1.0, 4.0]]),
        "fold": np.where(np.arange(100) < 40, -1, np.arange(100) % 5),
    }
    return write_study(tmp_path / "studies" / "made-up", record, arrays)


def test_a_clear_winner_is_picked_by_some_queries_and_confirmed_by_others(study):
    verdict = verdict_of(study)
    assert (verdict.baseline, verdict.pick, verdict.outcome) == ("slow0000", "fast1111", "better")
    assert (verdict.tune_queries, verdict.judge_queries) == (60, 40)
    judged = study.scores.values[:, 0, :40].mean(axis=1)
    assert verdict.result.difference.mean == pytest.approx(judged[1] - judged[0])
    assert verdict.result.p < 0.001 and verdict.gaps[0].met


def test_it_is_written_once_and_read_thereafter(study):
    first = verdict_of(study)
    path = study.folder / FILE
    written = json.loads(path.read_text())
    written["headline"] = "as it was"
    path.write_text(json.dumps(written))
    assert verdict_of(study).headline == "as it was"
    path.write_text("{")  # cut off
    assert verdict_of(study) == first


def test_other_targets_are_another_verdict(study):
    verdict_of(study)
    config = {**study.record["config"], "targets": {"latency_p95_ms": "<= 2"}}
    other = write_study(study.folder, {**study.record, "config": config}, study._arrays)
    assert verdict_of(other).pick == "slow0000"
