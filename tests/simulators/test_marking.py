"""Questions that were made up are marked as such wherever they are counted."""

from __future__ import annotations

from ragtune import load_dataset, sweep
from ragtune.cli._leaderboard import leaderboard
from ragtune.cli.dataset import told
from ragtune.datasets import summarise
from ragtune.simulating import simulate
from tests.datasets.writing import write

BODY = "It takes about twenty minutes, and a little more when the weather is cold outside."
CONFIG = {
    "name": "marking",
    "space": {"chunker": "whole-document", "embedder": "wordllama", "retriever": "bm25"},
    "baseline": {"retriever": "bm25"},
    "metrics": ["recall@1"],
}


def test_summary_study_and_leaderboard_say_so(tmp_path):
    folder = write(
        tmp_path / "d", {f"{word}.md": f"# {word} bread\n\n{BODY} {word}." for word in ("rye", "oat", "corn")}
    )
    dataset = simulate(folder, "title-to-body", 3)
    assert "simulated  3 queries by title-to-body" in list(told("d", summarise(dataset)))
    study = sweep(dataset, CONFIG, workspace=tmp_path / "workspace")
    assert study.record["dataset"]["simulated"] == {"title-to-body": 3}
    lines = list(leaderboard(study, study.leaderboard(), "recall@1"))
    assert "3 of 3 questions are simulated (title-to-body): they rank designs less surely" in " ".join(lines[-2:])


def test_real_questions_bear_no_mark(tmp_path):
    question = {"id": "q", "text": "What takes twenty minutes?", "evidence": [{"doc": "a.md"}]}
    dataset = load_dataset(write(tmp_path / "d", {"a.md": BODY, "queries.jsonl": [question]}))
    assert not any(line.startswith("simulated") for line in told("d", summarise(dataset)))
    study = sweep(dataset, CONFIG, workspace=tmp_path / "workspace")
    assert study.record["dataset"]["simulated"] == {}
    assert not any("simulated" in line for line in leaderboard(study, study.leaderboard(), "recall@1"))
