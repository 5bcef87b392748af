"""From real studies to the page's data."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest
from click.testing import CliRunner

import ragtune
from ragtune.cli.report import command
from ragtune.engine.workspace import Workspace
from ragtune.judging import verdict_of
from ragtune.report import gather, html, report
from ragtune.study import open_study

CONFIG = {
    "name": "small",
    "space": {
        "chunker": ["token-window(size_tokens=8)", "token-window(size_tokens=16)"],
        "retriever": ["bm25", "bm25(k1=0.5)"],
        "context": "token-budget(budget_tokens=12)",
    },
    "baseline": {"chunker": "whole-document", "retriever": "bm25"},
    "metrics": ["nDCG@5", "span_recall", "context_tokens"],
    "maximize": "span_recall",
    "targets": {"span_recall": ">= 0.1", "context_tokens": "<= 1"},
}
TEXTS = {
    "cats": "Cats sleep for most of the day. They hunt at dawn and at dusk. A cat purrs when it is content, and when it is ill.",
    "dogs": "Dogs bark at strangers. They were tamed first of all. A dog needs a walk twice a day, whatever the weather.",
}
QUESTIONS = [
    ("When do cats hunt?", "cats", "They hunt at dawn and at dusk."),
    ("Who barks?", "dogs", "Dogs bark at strangers."),
]


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    """(study, workspace) of five designs and two questions; one of two targets cannot be met."""
    place = tmp_path_factory.mktemp("workspace")
    queries = []
    for i, (text, document, quote) in enumerate(QUESTIONS):
        start = TEXTS[document].index(quote)
        queries.append(ragtune.Query(f"q{i}", text, (ragtune.Evidence(document, start, start + len(quote)),)))
    documents = tuple(ragtune.Document(name, text) for name, text in TEXTS.items())
    study = ragtune.sweep(ragtune.Dataset("small", documents, tuple(queries), {}), CONFIG, workspace=place)
    return study, Workspace(place)


def test_columns_are_those_of_the_study(swept):
    study, place = swept
    data = gather(study, place)
    assert data["configurations"]["id"] == [entry["id"] for entry in study.record["configurations"]]
    assert data["configurations"]["measures"]["span_recall"] == pytest.approx(
        study.scores.of("span_recall").mean(axis=1), abs=1e-4
    )
    assert data["slots"]["retriever"] == ["bm25", "bm25(k1=0.5)"]
    assert [m["label"] for m in data["measures"]][:2] == ["nDCG@5", "span_recall"]
    knobs = {knob["name"]: (knob["values"], knob["of"]) for knob in data["knobs"]}
    assert knobs["chunker"] == (["token-window", "whole-document"], [1, 0, 0, 0, 0])
    assert knobs["chunker.size_tokens"] == (["8", "16"], [-1, 0, 0, 1, 1])
    assert knobs["retriever.k1"][1] == [1, 1, 0, 1, 0]
    json.dumps(data, allow_nan=False)


def test_the_heat_map_has_every_score_best_and_hardest_first(swept):
    study, place = swept
    heat = gather(study, place)["heat"]
    layer = heat["layers"][0]
    cells = np.frombuffer(base64.b64decode(layer["cells"]), dtype=np.uint8).reshape(5, 2)
    scores = study.scores.of("span_recall")
    expected = scores[np.ix_(heat["configurations"], heat["queries"])]
    assert layer["low"] + cells / 254 * (layer["high"] - layer["low"]) == pytest.approx(expected, abs=0.003)
    means = scores.mean(axis=1)[heat["configurations"]]
    assert list(means) == sorted(means, reverse=True)


def test_pages_hold_the_evidence_the_chunks_and_the_context(swept):
    study, place = swept
    data = gather(study, place)
    page = data["pages"]["0"]
    (document,) = page["documents"]
    (start, end) = document["gold"][0]
    assert TEXTS["cats"][start:end] == "They hunt at dawn and at dusk."
    assert document["parts"] == [{"start": 0, "text": TEXTS["cats"]}]
    pick, baseline = page["designs"]
    assert baseline["configuration"] == 0
    assert [chunk[1:3] for chunk in baseline["chunks"]] == [[0, len(TEXTS["cats"])]]
    assert pick["chunks"][0][1] == 0
    assert any(chunk[3] == 1 for chunk in pick["chunks"])
    assert pick["instead"][0]["gold"]


def test_losses_add_up(swept):
    data = gather(*swept)
    assert len(data["losses"]) == 2
    for flow in data["losses"]:
        assert flow["total"] == flow["met"] + sum(stage["lost"] for stage in flow["stages"]) == 2


def test_the_verdict_is_told(swept):
    study, _ = swept
    verdict = verdict_of(study)
    data = gather(*swept)
    ids = data["configurations"]["id"]
    assert ids[data["roles"]["pick"]] == verdict.pick
    assert [ids[i] for i in data["roles"]["tied"]] == list(verdict.tied)
    assert [(target["measure"], target["status"]) for target in data["targets"]] == [
        ("context_tokens", "missed"),
        ("span_recall", "met"),
    ]
    assert len(data["nearest"]) == 3
    assert verdict.reason in data["headline"]["more"][0]
    assert data["warnings"] == list(verdict.warnings)
    known = [standing.judged.low for standing in verdict.standings]
    assert data["configurations"]["low"] == pytest.approx(known, abs=1e-4)


def test_a_study_whose_workspace_has_gone_says_what_is_missing(swept, tmp_path):
    study, _ = swept
    data = gather(study, Workspace(tmp_path))
    assert data["losses"] == []
    assert data["pages"] == {}
    assert "run the sweep again" in data["absent"]["pages"]
    assert str(tmp_path) not in data["absent"]["pages"]
    assert "run the sweep again" in html(data)


def test_the_same_study_gives_the_same_bytes(swept):
    study, place = swept
    again = open_study(study.folder, place)
    assert report(study, place) == report(again, Workspace(place.folder))


def test_the_command_writes_a_file_or_prints_markdown(swept, tmp_path):
    study, place = swept
    workspace = ["--workspace", str(place.folder)]
    out = tmp_path / "r.html"
    found = CliRunner().invoke(command, [study.name, *workspace, "-o", str(out)])
    assert found.exit_code == 0, found.output
    assert found.output.startswith(f"wrote {out}, ")
    assert out.read_text().startswith("<!doctype html>")
    printed = CliRunner().invoke(command, [study.name, *workspace, "--format", "md"])
    assert printed.output.startswith("### ")
    told = CliRunner().invoke(
        command, [study.name, *workspace, "--format", "md", "--json", "-o", str(tmp_path / "r.md")]
    )
    assert json.loads(told.output)["bytes"] == (tmp_path / "r.md").stat().st_size
