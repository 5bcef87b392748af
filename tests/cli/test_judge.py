"""`ragtune judge`, from labels to a corrected study."""

from __future__ import annotations

import json

import pytest

import ragtune
from ragtune.cli import main
from tests.test_sweep import dataset

GOOD = "Cats hunt at dawn and at dusk."


def labels(path, n=40):
    rows = []
    for i in range(n):
        good = i % 2 == 0
        answer = f"Cats hunt at dawn, number {i}." if good else f"Submarines dive under ice in winter, number {i}."
        rows.append(
            {"id": str(i), "query": "When?", "answer": answer, "passages": [GOOD, f"It is number {i}."], "label": good}
        )
    path.write_text("\n".join(json.dumps({**row, "label": int(row["label"])}) for row in rows))


def run(*words):
    with pytest.raises(SystemExit) as ended:
        main(["judge", *words])
    return ended.value.code


def test_calibrate_and_correct(tmp_path, capsys):
    labels(tmp_path / "labels.jsonl")
    place = ["--workspace", str(tmp_path / "space")]
    assert run("calibrate", str(tmp_path / "labels.jsonl"), "--metric", "k_precision", "--json", *place) == 0
    (found,) = json.loads(capsys.readouterr().out)["calibrations"]
    assert found["metric"] == "k_precision" and found["agreement"]["auroc"]["value"] == 1.0
    assert found["scored"] == 40 and found["repeats"] is None  # no model, nothing to judge twice
    assert run("calibrate", str(tmp_path / "labels.jsonl"), "--metric", "k_precision", "--md", *place) == 0
    assert "| k_precision | 40/40 | 1.000" in capsys.readouterr().out

    config = {"space": {"embedder": "none", "retriever": "bm25", "generator": "extractive"}, "metrics": ["k_precision"]}
    study = ragtune.sweep(dataset(), {**config, "baseline": {"retriever": "bm25"}}, workspace=tmp_path / "space")
    assert run("correct", study.name, "--json", *place) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["metric"] == "k_precision" and row["low"] <= row["corrected"] <= row["high"] and not row["own"]
    assert run("correct", *place) == 0
    assert "by labels of other answers" in capsys.readouterr().out


def test_faults_of_labels_come_together(tmp_path, capsys):
    (tmp_path / "labels.jsonl").write_text(
        '{"query": "q", "answer": "a", "passages": [], "label": "maybe"}\n{"query": 1}\n'
    )
    assert run("calibrate", str(tmp_path / "labels.jsonl"), "--workspace", str(tmp_path / "space")) == 2
    told = capsys.readouterr().err
    assert "labels.jsonl:1" in told and "labels.jsonl:2" in told
    assert not (tmp_path / "space").exists()


def test_an_unknown_measure_is_told(tmp_path, capsys):
    labels(tmp_path / "labels.jsonl")
    assert run("calibrate", str(tmp_path / "labels.jsonl"), "--metric", "suport") == 2
    assert "did you mean" in capsys.readouterr().err
