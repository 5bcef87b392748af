"""Questions that the documents do not answer are kept, and stay what they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from ragtune.datasets import load_dataset
from ragtune.datasets._writing import convert
from ragtune.errors import DatasetError
from ragtune.types import Evidence, Query
from tests.datasets.tabular import saved
from tests.datasets.writing import only_fault, write

DOCUMENTS = [{"id": "d", "text": "Paris is in France."}]
ANSWERED = {"id": "a", "text": "Where is Paris?", "evidence": [{"doc": "d"}], "answerable": True}
NOT = {"id": "n", "text": "Where is Rome?", "answerable": False}


def loaded(tmp_path, *queries):
    write(tmp_path, {"documents.jsonl": DOCUMENTS, "queries.jsonl": list(queries)})
    return load_dataset(f"jsonl(path={tmp_path})")


@pytest.mark.parametrize("more", [{}, {"evidence": []}, {"evidence": None}])
def test_kept_without_evidence(tmp_path, more):
    found = loaded(tmp_path, ANSWERED, NOT | more, {"id": "x", "text": "Left out?"})
    assert found.queries == (
        Query("a", "Where is Paris?", (Evidence("d"),)),
        Query("n", "Where is Rome?", answerable=False),
    )
    assert found.left_out == {"no evidence": ("x",)}
    assert [reference.answerable for reference in found.references.references] == [True, False]


def test_written_and_read_back(tmp_path):
    dataset = loaded(tmp_path / "from", ANSWERED, NOT)
    assert convert(dataset, tmp_path / "to").losses == []
    assert load_dataset(tmp_path / "to").queries == dataset.queries
    with pytest.raises(DatasetError, match="are lost"):
        convert(dataset, tmp_path / "beir", "beir")


@pytest.mark.parametrize(
    ("query", "told"),
    [
        (NOT | {"evidence": [{"doc": "d"}]}, "query 'n': it has evidence, so it is answerable"),
        (NOT | {"answerable": "no"}, "query 'n': 'answerable' must be true or false, not text"),
    ],
)
def test_faults(tmp_path, query, told):
    write(tmp_path, {"documents.jsonl": DOCUMENTS, "queries.jsonl": [ANSWERED, query]})
    file, line, message = only_fault(f"jsonl(path={tmp_path})")
    assert (Path(file).name, line) == ("queries.jsonl", 2)
    assert message == told


def test_squad_s_impossible_questions_in_a_saved_dataset(tmp_path):
    rows = [
        {"question": "Where is Paris?", "context": "Paris is in France.", "answer": "France", "is_impossible": False},
        {"question": "Where is Rome?", "context": "Athens is in Greece.", "answer": None, "is_impossible": True},
    ]
    found = load_dataset(write(tmp_path, saved(rows)))
    assert [document.text for document in found.documents] == ["Paris is in France.", "Athens is in Greece."]
    assert [(bool(q.evidence), q.answers, q.answerable) for q in found.queries] == [
        (True, ("France",), True),
        (False, (), False),
    ]


@pytest.mark.parametrize(("spelled", "answerable"), [("true", False), ("1", False), ("False", True), ("", True)])
def test_in_a_table(tmp_path, spelled, answerable):
    files = {"d.csv": "id,text\nd,Paris\n", "q.csv": f"question,evidence,is_impossible\nWhere?,d,{spelled}\n"}
    write(tmp_path, files)
    (query,) = load_dataset(f"table(path={tmp_path}, documents=d.csv, queries=q.csv)").queries
    assert (query.answerable, query.evidence) == (answerable, (Evidence("d"),) if answerable else ())


def test_in_a_table_neither_true_nor_false(tmp_path):
    files = {"d.csv": "id,text\nd,Paris\n", "q.csv": "question,evidence,is_impossible\nWhere?,d,perhaps\n"}
    write(tmp_path, files)
    assert (
        "'is_impossible' must be true or false"
        in only_fault(f"table(path={tmp_path}, documents=d.csv, queries=q.csv)")[2]
    )
