"""ragtune's own layout."""

from __future__ import annotations

import pytest

from ragtune.datasets import load_dataset
from ragtune.datasets.jsonl import Jsonl
from ragtune.types import Document, Evidence, Query
from tests.datasets.writing import only_fault, write

DOCUMENTS = [
    {"id": "a/b", "text": "Eins.\r\n\x00Zwei.", "title": "T", "metadata": {"n": [1, None, {"x": 0.5}]}},
    {"id": "c", "text": " "},
    {"id": "d", "text": "\ufeffDrei."},
]
QUERIES = [
    {"id": "q", "text": "?", "simulated": "known-item", "tags": ["t"], "answers": ["a"], "evidence": [
        {"doc": "a/b", "start": 8, "end": 12, "grade": 2, "need": 0},
        {"doc": "d", "need": 0},
        {"doc": "d", "quote": "Drei", "need": 7},
    ]},
]  # fmt: skip


def test_recognised_by_its_two_files(tmp_path):
    write(tmp_path, {"queries.jsonl": QUERIES})
    assert not Jsonl.recognises(tmp_path)
    assert Jsonl.recognises(write(tmp_path, {"documents.jsonl": DOCUMENTS}))


def test_loads(tmp_path):
    write(tmp_path, {"documents.jsonl": DOCUMENTS, "queries.jsonl": QUERIES})
    found = load_dataset(f"jsonl(path={tmp_path})")
    first, last = found.documents
    assert first == Document("a/b", "Eins.\r\n\x00Zwei.", "T", {"n": [1, None, {"x": 0.5}]})
    assert last.text == "\ufeffDrei."
    evidence = (Evidence("a/b", 8, 12, 2, 0), Evidence("d"), Evidence("d", 1, 5, need=1))
    assert found.queries == (Query("q", "?", evidence, ("a",), ("t",), "known-item"),)
    assert found.left_out == {"empty document": ("c",)}


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({"id": "x", "text": "X", "author": "A"}, "document 'x': unknown key 'author'"),
        ({"id": "x", "text": "X", "metadata": []}, "document 'x': 'metadata' must be an object, not a list"),
        ({"id": "x"}, "document 'x': 'text' is missing"),
    ],
)
def test_faults(tmp_path, document, told):
    write(tmp_path, {"documents.jsonl": [*DOCUMENTS, document], "queries.jsonl": QUERIES})
    file, line, message = only_fault(f"jsonl(path={tmp_path})")
    assert (file, line) == ("documents.jsonl", 4) and message.startswith(told)
