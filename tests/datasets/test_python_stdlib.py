"""The python-stdlib format, on stand-ins for the docstrings; the bundled questions themselves are tested elsewhere."""

from __future__ import annotations

import pytest

from ragtune.datasets import _stdlib_docs, load_dataset
from tests.datasets.writing import only_fault, write


@pytest.fixture
def asked_for(monkeypatch):
    calls = []

    def build(modules=None, root=None):
        calls.append(modules)
        return [("json", "json: JSON", "Dump it. Load it."), ("re", "re: patterns", "Match.")]

    monkeypatch.setattr(_stdlib_docs, "build", build)
    return calls


def question(id, doc, quote):
    return {"id": id, "text": "?", "evidence": [{"doc": doc, "quote": quote}]}


def test_what_this_python_lacks_is_left_out(tmp_path, asked_for):
    rows = [
        question("a", "json", "Dump"),
        question("b", "json", "Parse"),
        question("c", "json", "it."),
        question("d", "tomllib", "x"),
    ]
    write(tmp_path, {"dataset.yaml": "python-stdlib: {modules: [json, re]}", "questions.jsonl": rows})
    found = load_dataset(tmp_path)
    assert asked_for == [("json", "re")]
    assert [d.title for d in found.documents] == ["json: JSON", "re: patterns"]
    assert [query.id for query in found.queries] == ["a"]
    assert found.left_out == {
        "quote not in this Python's docstrings": ("b",),
        "quote more than once in this Python's docstrings": ("c",),
        "module not in this corpus": ("d",),
    }


def test_all_modules_and_real_faults(tmp_path, asked_for):
    rows = [question("a", "json", "Dump"), question("a", "re", "Match")]
    write(tmp_path, {"questions.jsonl": rows})
    told = only_fault({"python-stdlib": {"modules": "all", "path": str(tmp_path)}})
    assert told == ("questions.jsonl", 2, "query id 'a' is given twice, first in line 1")
    assert asked_for == [None]


def test_bundled_corpora_share_their_questions(asked_for):
    for name in ("python-stdlib", "python-stdlib-full"):
        told = only_fault(name)[2]  # the stand-in has nothing to answer them with
        assert "left out: module not in this corpus" in told
