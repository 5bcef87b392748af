"""CSV, JSON lines and Parquet with columns of any name."""

from __future__ import annotations

import json
import sys

import pytest

from ragtune.datasets import load_dataset
from ragtune.datasets._cases import context_id
from ragtune.errors import MissingModelError
from ragtune.types import Document, Evidence
from tests.datasets.tabular import parquet
from tests.datasets.writing import only_fault, write

DOCUMENTS = 'id,text,title,year\nd1,"Anna said ""yes"",\r\nand left.",Anna,1999\nd2,Bob stayed.,,\n'
QUERIES = [
    {"id": 7, "question": "Who left?", "answer": "Anna", "evidence": "d1", "quote": "Anna said"},
    {"id": "q2", "question": "Who?", "evidence": ["d1", "d2"], "start": [0, 0], "end": [4, 3], "grade": [2, 1]},
    {"id": "q3", "question": "Nobody?", "evidence": None},
]


def test_two_tables_of_two_kinds(tmp_path):
    write(tmp_path, {"documents.csv": DOCUMENTS, "queries.jsonl": QUERIES})
    found = load_dataset({"table": {"path": str(tmp_path)}})
    assert found.documents == (
        Document("d1", 'Anna said "yes",\r\nand left.', "Anna", {"year": "1999"}),
        Document("d2", "Bob stayed."),
    )
    first, second = found.queries
    assert (first.id, first.answers, first.evidence) == ("7", ("Anna",), (Evidence("d1", 0, 9),))
    assert second.evidence == (Evidence("d1", 0, 4, 2, 0), Evidence("d2", 0, 3, 1, 1))
    assert found.left_out == {"no evidence": ("q3",)}


def test_parquet_is_the_same_as_json(tmp_path):
    documents = [{"id": i, "text": f"text {i}", "metadata": {"n": [i], "x": None}} for i in range(3)]
    queries = [{"id": str(i), "question": f"{i}?", "evidence": [i], "answer": ["a", "b"]} for i in range(3)]
    binary = write(tmp_path / "a", {"documents.parquet": parquet(documents), "queries.parquet": parquet(queries)})
    lines = write(tmp_path / "b", {"documents.jsonl": documents, "queries.jsonl": queries})
    found, same = load_dataset(binary), load_dataset({"table": {"path": str(lines)}})  # the former is recognised
    assert found.documents == same.documents and found.queries == same.queries
    assert found.documents[1].metadata == {"n": [1], "x": None}


def test_questions_with_contexts(tmp_path):
    text = (
        "n,question,answer,context\n"
        'a,One?,1,The first.\nb,Two?,"[""2"", ""two""]","[\'The first.\', \'The \\\'second\\\'.\']"\nc,Three?,,\n'
    )
    write(tmp_path, {"qa.csv": text})
    found = load_dataset(f"table(path={tmp_path}, queries=qa.csv, query_id=n)")
    assert [d.text for d in found.documents] == ["The first.", "The 'second'."]
    first, second = (context_id(d.text) for d in found.documents)
    assert [(q.id, q.answers, q.evidence) for q in found.queries] == [
        ("a", ("1",), (Evidence(first),)),
        ("b", ("2", "two"), (Evidence(first, need=0), Evidence(second, need=1))),
    ]
    assert found.left_out == {"no evidence": ("c",)}


def test_a_list_that_numpy_printed_is_no_list(tmp_path):
    write(tmp_path, {"queries.csv": "question,context\nOne?,\"['a' 'b']\"\n"})
    found = load_dataset(f"table(path={tmp_path})")
    assert [d.text for d in found.documents] == ["['a' 'b']"] and found.queries[0].id == "1"


def test_columns_by_name(tmp_path):
    write(tmp_path, {"d.tsv": "key\tbody\tnote\ta\n1\tAlpha\tx\ty\n", "q.json": json.dumps([{"q": "A?", "ref": 1}])})
    knobs = {"documents": "d.tsv", "queries": "q.json", "document_id": "key", "document_text": "body"}
    knobs |= {"metadata": "note", "question": "q", "evidence": "ref", "path": str(tmp_path)}
    found = load_dataset({"table": knobs})
    assert found.documents == (Document("1", "Alpha", "", {"note": "x"}),)
    assert found.queries[0].evidence == (Evidence("1"),)


def test_a_long_cell_and_a_byte_order_mark(tmp_path):
    text = "x" * 200_000
    write(tmp_path, {"documents.csv": f"\ufeffid,text\nd,{text}\n", "queries.csv": "question,evidence\nq,d\n"})
    assert load_dataset(tmp_path).documents == (Document("d", text),)


def test_without_pyarrow_the_pip_line_is_told(tmp_path, monkeypatch):
    write(tmp_path, {"queries.parquet": b"PAR1"})
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingModelError, match=r"pip install 'ragtune\[tables\]'"):
        load_dataset(f"table(path={tmp_path})")


def test_nothing_to_read(tmp_path):
    file, line, told = only_fault(f"table(path={tmp_path})")
    assert (line, "one file 'queries' is looked for, and there is none" in told) == (0, True) and file == tmp_path.name
