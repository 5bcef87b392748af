"""The spans format."""

from __future__ import annotations

import pytest

from ragtune.datasets import load_dataset
from ragtune.types import Evidence
from tests.datasets.writing import only_fault, write

TEXT = "Ein Café.\r\nZwei."


def question(**change):
    reference = {"doc": "a.txt", "start": 4, "end": 8, "text": "Café"} | change
    return {"id": "q", "question": "Was?", "answer": "Café", "references": [reference]}


def dataset(root, *rows):
    return write(root, {"corpus/a.txt": TEXT, "questions.jsonl": list(rows)})


def test_loads(tmp_path):
    found = load_dataset(dataset(tmp_path, question(), {"id": "r", "question": "?", "references": []}))
    assert [(d.id, d.text) for d in found.documents] == [("a.txt", TEXT)]
    (query,) = found.queries
    assert (query.text, query.answers, query.evidence) == ("Was?", ("Café",), (Evidence("a.txt", 4, 8),))
    assert found.left_out == {"no evidence": ("r",)}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"text": "Cafe"}, "reads 'Café', but the reference says 'Cafe'"),
        ({"end": 9}, "document 'a.txt' at [4, 9) reads 'Café.', but the reference says 'Café'"),
        ({"text": "x" * 500}, "xxx…'"),
        ({"doc": "b.txt"}, "there is no document 'b.txt'; did you mean 'a.txt'?"),
        ({"end": 40}, "[4, 40) reaches outside document 'a.txt', which has 16 characters"),
        ({"note": 1}, "query 'q', reference 1: unknown key 'note'"),
    ],
)
def test_faults(tmp_path, change, message):
    file, line, told = only_fault(dataset(tmp_path, question() | {"id": "good"}, question(**change)))
    assert (file, line) == ("questions.jsonl", 2)
    assert message in told
    assert len(told) < 300
