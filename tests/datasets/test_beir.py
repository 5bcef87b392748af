"""The BEIR format."""

from __future__ import annotations

from pathlib import Path

import pytest

from ragtune.datasets import load_dataset
from ragtune.types import Evidence
from tests.datasets.writing import faults, only_fault, write

HEAD = "query-id\tcorpus-id\tscore\n"
CORPUS = [
    {"_id": "d1", "title": "One", "text": "first", "metadata": {"year": 1}, "url": "u"},
    {"_id": "d2", "title": "", "text": " second "},
    {"_id": "d3", "text": "third"},
]


def dataset(root: Path, qrels: str = "q1\td1\t2\nq1\td3\t1\nq2\td2\t0\n", **files) -> Path:
    queries = [{"_id": "q1", "text": "one?"}, {"_id": "q2", "text": "two?", "metadata": {}}]
    usual = {"corpus.jsonl": CORPUS, "queries.jsonl": queries, "qrels/test.tsv": HEAD + qrels}
    return write(root, {**usual, **files})


def test_loads(tmp_path):
    found = load_dataset(dataset(tmp_path))
    assert [(d.id, d.text, d.title) for d in found.documents] == [
        ("d1", "One first", "One"),
        ("d2", " second ", ""),
        ("d3", "third", ""),
    ]
    assert found.documents[0].metadata == {"year": 1, "url": "u"}
    (query,) = found.queries
    assert query.evidence == (Evidence("d1", grade=2), Evidence("d3", need=1))
    assert found.left_out == {"no evidence": ("q2",)}


def test_without_header_with_crlf_and_the_same_row_twice(tmp_path):
    root = dataset(tmp_path, **{"qrels/test.tsv": "q1\td1\t1\r\n\r\nq1\td1\t1\r\n"})
    assert load_dataset(root).queries[0].evidence == (Evidence("d1"),)


def test_splits(tmp_path):
    extra = [{"_id": "q9", "text": "nine?"}, {"_id": "q1", "text": "one?"}]
    root = dataset(tmp_path, **{"qrels/train.tsv": HEAD + "q9\td1\t1\n", "queries_train.jsonl": extra})
    found = load_dataset(f'beir(path="{root}", split=train)')
    assert [query.id for query in found.queries] == ["q9"]
    assert found.left_out == {"not judged in this split": ("q1", "q2")}
    assert "there is no split 'dev'; qrels/ has test, train" in only_fault(f'beir(path="{root}", split=dev)')[2]
    assert "split" in only_fault(f'beir(path="{root}", split="../x")')[2]
    (root / "queries.jsonl").unlink()
    assert [query.id for query in load_dataset(f'beir(path="{root}", split=train)').queries] == ["q9"]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("q1\td9\t1", "query 'q1': there is no document 'd9'"),
        ("q1\tdd2\t1", "there is no document 'dd2'; did you mean 'd2'?"),
        ("q1\td9\t0", "there is no document 'd9'"),
        ("q9\td1\t1", "there is no query 'q9'"),
        ("q1\td1\t1", "query 'q1', document 'd1' has grade 2 in line 2, and grade 1 here"),
        ("q1 d1 1", "a row has 3 columns parted by tabs (query, document, grade), not 1"),
        ("q1\td2\t0.5", "the grade must be a whole number, not '0.5'"),
        ("q1\td2\t9999999999", "the grade must be a whole number"),
    ],
)
def test_wrong_rows(tmp_path, row, message):
    file, line, told = only_fault(dataset(tmp_path, f"q1\td1\t2\n{row}\n"))
    assert (file, line) == ("test.tsv", 3)
    assert message in told


@pytest.mark.parametrize(
    ("file", "row", "message"),
    [
        ("corpus.jsonl", {"_id": "d1", "text": "x"}, "document id 'd1' is given twice, first in line 1"),
        ("corpus.jsonl", {"_id": "d4", "title": "x"}, "document 'd4': 'text' is missing"),
        ("corpus.jsonl", {"_id": "d4", "title": 1, "text": "x"}, "'title' must be text, not a number"),
        ("queries.jsonl", {"_id": "q4", "text": "x", "txt": 1}, "unknown key 'txt'; did you mean 'text'?"),
        ("queries.jsonl", {"_id": "q1", "text": "x"}, "query id 'q1' is given twice, first in line 1"),
    ],
)
def test_wrong_objects(tmp_path, file, row, message):
    rows = CORPUS if file == "corpus.jsonl" else [{"_id": "q1", "text": "?"}, {"_id": "q2", "text": "?"}]
    found = only_fault(dataset(tmp_path, **{file: [*rows, row]}))
    assert found[:2] == (file, len(rows) + 1)
    assert message in found[2]


def test_missing_files_are_all_told(tmp_path):
    (tmp_path / "qrels").mkdir()
    found = faults({"beir": {"path": str(tmp_path)}})
    assert [Path(fault.file).name for fault in found] == ["corpus.jsonl", "test.tsv", "queries.jsonl"]
