"""The short way: the largest default space that fits the time, on real questions or made-up ones."""

from __future__ import annotations

import pytest

from ragtune import tuning
from ragtune.datasets import load_dataset
from ragtune.engine.workspace import Workspace
from ragtune.errors import InputError
from ragtune.planning import Estimate
from ragtune.sweeping import Watcher


class Listening(Watcher):
    def __init__(self):
        self.said = []

    def say(self, message):
        self.said.append(message)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of documents without questions."""
    monkeypatch.setattr(tuning, "EMBEDDERS", (("wordllama",),))
    monkeypatch.setattr(tuning, "CHUNKERS", ("sentence(size_tokens=32)", "whole-document"))
    data = tmp_path / "data"
    data.mkdir()
    for animal, sound in (("cat", "purrs softly on warm window sills"), ("dog", "barks loudly at passing bicycles")):
        (data / f"{animal}.txt").write_text(f"Every {animal} {sound}. " + f"Feeding the {animal} takes patience. " * 3)
    return data


def test_questions_are_made_up_where_there_are_none(folder, tmp_path):
    watcher = Listening()
    study = tuning.tune(folder, minutes=5, questions=20, workspace=tmp_path / "w", watcher=watcher)
    assert "has no questions" in watcher.said[0] and "known-item" in watcher.said[0]
    assert study.record["dataset"]["name"] == "data"
    assert len(study.record["configurations"]) > 10


def test_own_questions_go_before_made_up_ones(folder, tmp_path):
    (folder / "queries.jsonl").write_text('{"id": "1", "text": "who barks?", "evidence": [{"doc": "dog.txt"}]}\n')
    study = tuning.tune(folder, minutes=5, workspace=tmp_path / "w")
    assert study.record["dataset"]["queries"] == 1 and study.maximize == "nDCG@10"


def estimating(monkeypatch, seconds):
    """An estimate that depends on the number of chunkers and embedders in the space."""

    def estimate(prepared, *_):
        space = prepared.config.space
        return Estimate(0, 0, 0, (), seconds(len(space["chunker"]), len(space["embedder"])))

    monkeypatch.setattr(tuning, "estimate", estimate)


def test_what_does_not_fit_the_time_is_left_out_from_the_end(folder, tmp_path, monkeypatch):
    (folder / "queries.jsonl").write_text('{"id": "1", "text": "who barks?", "evidence": [{"doc": "dog.txt"}]}\n')
    dataset = load_dataset(folder)
    monkeypatch.setattr(tuning, "EMBEDDERS", (("minilm", "wordllama"), ("wordllama",)))
    with Workspace(tmp_path / "w").writing():
        estimating(monkeypatch, lambda chunkers, embedders: 10.0 * chunkers * embedders**2)
        chosen = tuning.choose(dataset, 1.0, Workspace(tmp_path / "w"))
        assert len(chosen.config["space"]["chunker"]) == 1 and len(chosen.config["space"]["embedder"]) == 2
        assert chosen.reduced and chosen.seconds == 40.0  # 42 s may be filled
        chosen = tuning.choose(dataset, 2.0, Workspace(tmp_path / "w"))
        assert not chosen.reduced and chosen.seconds == 80.0
        estimating(monkeypatch, lambda chunkers, embedders: 1000.0)
        with pytest.raises(InputError, match=r"2 documents need about 23\.8 minutes even for the smallest space"):
            tuning.choose(dataset, 1.0, Workspace(tmp_path / "w"))
