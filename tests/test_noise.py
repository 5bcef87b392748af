"""The noise floor: a design against itself."""

from __future__ import annotations

import pytest

from ragtune.datasets import load_dataset
from ragtune.engine.workspace import Workspace
from ragtune.errors import ConfigError
from ragtune.noise import known_noise, measure_noise


@pytest.fixture
def dataset(tmp_path):
    """Two documents with the same words, so that a tie is broken by their order, and one question on the first."""
    folder = tmp_path / "data"
    folder.mkdir()
    for name in ("a", "b"):
        (folder / f"{name}.txt").write_text("cats purr")
    question = '{"id": "%s", "text": "%s", "evidence": [{"doc": "a.txt"}]}\n'
    (folder / "queries.jsonl").write_text(question % (1, "cats") + question % (2, "purr"))
    return load_dataset(folder)


CONFIG = {
    "space": {"retriever": "bm25", "embedder": "none", "chunker": "whole-document"},
    "baseline": {"retriever": "bm25", "embedder": "none", "chunker": "whole-document"},
    "metrics": ["success@1", "recall@5"],
}


def test_a_tie_that_order_breaks_is_noise_and_what_order_cannot_touch_is_not(dataset, tmp_path):
    noise = measure_noise(dataset, CONFIG, runs=4, workspace=tmp_path / "w")
    assert noise.floor["success@1"] == 1.0  # all or nothing: the tie falls one way or the other for both questions
    assert noise.floor["recall@5"] == 0.0
    assert known_noise(Workspace(tmp_path / "w"), dataset)["success@1"] == 1.0


def test_too_few_runs_are_refused(dataset, tmp_path):
    with pytest.raises(ConfigError, match="from 3 runs on, not from 2"):
        measure_noise(dataset, CONFIG, runs=2, workspace=tmp_path / "w")
