"""What docs/production.md shows, runs; what it promises is what is computed."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

import ragtune
from ragtune.production import dataset_of, queries_to_find, queries_to_tell, read_log
from tests.production.test_feedback import DATA, Cats

TEXT = (Path(__file__).parents[2] / "docs" / "production.md").read_text(encoding="utf-8")


def test_the_python_runs(tmp_path, monkeypatch):
    app = ModuleType("my_app")
    app.redact = lambda record: record
    monkeypatch.setitem(sys.modules, "my_app", app)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(ragtune, "load", lambda folder: Cats(), raising=False)
    exec(compile("\n".join(re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)), "production.md", "exec"), {})
    found = read_log(Path("queries.jsonl"))
    assert [(one.arm, one.unit, one.interleaved) for one in found.served] == [
        ("", "user-7", False), ("b", "user-7", False), ("", "", True)
    ]  # fmt: skip
    assert dataset_of(found, DATA)[1].praised == 1


def numbers(line):
    return [None if word == "never" else float(word.replace(",", "")) for word in re.findall(r"never|[\d.,]*\d", line)]


def test_the_promised_numbers_are_those_computed():
    rows = [numbers(line) for line in TEXT.splitlines() if re.match(r"\| 0\.\d", line)]
    assert len(rows) == 6
    for spread, drop, *promised in rows:
        computed = [queries_to_find(drop, spread, tuned, level=0.975) for tuned in (500, 1_000, 2_000, 5_000, None)]
        assert computed == promised


@pytest.mark.parametrize(
    ("way", "spreads", "bound"),
    [("split", (0.6, 0.9), 2), ("both answer", (0.15, 0.3), 1), ("interleaved", ((0.25 - 0.05**2) ** 0.5,), 1)],
)
def test_the_queries_of_each_way_are_those_computed(way, spreads, bound):
    (line,) = (line for line in TEXT.splitlines() if line.startswith(f"| {way} |"))
    computed = [queries_to_tell(0.05, spread, bound) for spread in spreads]
    assert numbers(line.split("|")[3])[: len(computed)] == computed
