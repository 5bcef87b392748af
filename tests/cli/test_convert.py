"""`ragtune dataset convert`: what it prints and how it exits; what it writes is tested in tests/datasets."""

from __future__ import annotations

import json

import pytest

from ragtune.cli import main
from ragtune.datasets import load_dataset
from tests.datasets.writing import write

QA = 'question,answer,context\nWho?,Anna,"Anna, of course."\nWhere?,,\n'


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(write(tmp_path, {"data/qa.csv": QA}))
    monkeypatch.setenv("NO_COLOR", "1")

    def go(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as caught:
            main(["dataset", "convert", *arguments])
        out, err = capsys.readouterr()
        return int(caught.value.code or 0), out, err

    return go


SOURCE = "table(path=data, queries=qa.csv)"


def test_it_says_what_it_did(run, tmp_path):
    code, out, _ = run(SOURCE, "-o", "new")
    assert (code, out.splitlines()) == (
        0,
        ["new: 1 documents and 1 queries as jsonl", "left out   1: no evidence"],
    )
    assert load_dataset(tmp_path / "new").queries == load_dataset(SOURCE).queries


def test_a_loss_is_exit_code_2_and_nothing_is_written(run, tmp_path):
    code, out, err = run(SOURCE, "-o", "new", "--to", "beir")
    assert (code, out) == (2, "") and "nothing was written; --lossy writes the rest" in err
    assert "1 of 1 queries lose or change their answers (the first: '1')" in err
    assert not (tmp_path / "new").exists()
    code, out, _ = run(SOURCE, "-o", "new", "--to", "beir", "--lossy", "--json")
    found = json.loads(out)
    assert code == 0 and found["format"] == "beir" and found["left_out"] == {"no evidence": 1}
    assert found["losses"] == ["1 of 1 queries lose or change their answers (the first: '1')"]
    code, _, err = run(SOURCE, "-o", "new")
    assert code == 2 and "new is not empty" in err
