"""What was answered, and what people would say of it, in the report and in a terminal."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

import ragtune
from ragtune.calibrating import _store
from ragtune.cli.explain import command as explain
from ragtune.engine.workspace import Workspace
from ragtune.report import gather, html
from ragtune.report._markdown import markdown
from tests.calibrating.test_corrections import calibration

CATS = "Cats sleep for most of the day. They hunt at dawn and at dusk."
CONFIG = {
    "name": "answered",
    "space": {
        "chunker": "whole-document",
        "retriever": "bm25",
        "context": {"token-budget": {"budget_tokens": [1, 50]}},
        "generator": "extractive",
    },
    "baseline": {"context": {"token-budget": {"budget_tokens": 50}}, "generator": "extractive"},
    "metrics": ["support", "token_f1", "abstention"],
    "maximize": "token_f1",
}


@pytest.fixture(scope="module")
def answered(tmp_path_factory):
    """(study, workspace): cats are in the document, fish are not."""
    place = tmp_path_factory.mktemp("workspace")
    start = CATS.index("They")
    queries = (
        ragtune.Query("cats", "When do they hunt?", (ragtune.Evidence("a", start, len(CATS)),), ("At dawn and dusk.",)),
        ragtune.Query("fish", "How do fish breathe?", answerable=False),
    )
    dataset = ragtune.Dataset("cats", (ragtune.Document("a", CATS),), queries, {})
    return ragtune.sweep(dataset, CONFIG, workspace=place), Workspace(place)


def test_a_page_shows_the_answer_beside_the_one_expected(answered):
    data = gather(*answered)
    page = data["pages"]["0"]
    assert page["reference"] == {"answers": ["At dawn and dusk."], "answerable": True}
    by_place = {design["configuration"]: design["answer"] for design in page["designs"]}
    found = by_place[data["roles"]["baseline"]]
    assert "hunt at dawn" in found["text"] and not found["refused"] and not found["failed"]
    assert [label for label, _ in found["scores"]] == ["support", "token_f1", "abstention"]
    assert data["pages"]["1"]["reference"] == {"answers": [], "answerable": False}
    assert data["corrected"] == [] and 'id="corrected"' not in html(data)


def test_a_terminal_shows_it_too(answered):
    study, place = answered
    whole = ["--configuration", "baseline"]
    told = CliRunner().invoke(explain, [study.name, "cats", *whole, "--workspace", str(place.folder)]).stdout
    assert (
        "answer    Cats sleep for most of the day. They hunt at dawn and at dusk." in told
        and "expected  At dawn and dusk." in told
    )
    told = CliRunner().invoke(explain, [study.name, "fish", *whole, "--workspace", str(place.folder)]).stdout
    assert "expected  no answer: the documents hold none" in told


def test_judged_means_are_shown_corrected_by_labels(answered):
    study, place = answered
    _store.write(place, calibration([(1.0, 0.9, ""), (0.0, 0.5, "")] * 10))  # 0.2 too much on average
    data = gather(study, place)
    assert {row["measure"] for row in data["corrected"]} == {"support"}
    row = data["corrected"][0]
    raw = study.scores.of("support")[row["configuration"]].mean()
    assert (row["raw"], row["labels"], row["told"]) == (f"{raw:.3f}", 20, "of other designs’ answers")
    assert float(row["corrected"]) == pytest.approx(max(raw - 0.2, 0), abs=1e-3)
    assert 'id="corrected"' in html(data)
    assert "Corrected by labels" in markdown(data)
