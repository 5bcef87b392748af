"""Datasets that `save_to_disk` left. `datasets` itself is not needed: the files are made by pyarrow as it makes them."""

from __future__ import annotations

import json

from ragtune.datasets import load_dataset
from ragtune.types import Document, Evidence
from tests.datasets.tabular import saved
from tests.datasets.writing import only_fault, write

ROWS = [{"question": f"{i}?", "answer": str(i), "context": f"It is {i % 2}."} for i in range(5)]


def test_one_dataset_in_shards(tmp_path):
    found = load_dataset(write(tmp_path, saved(ROWS, shards=2)))
    assert [d.text for d in found.documents] == ["It is 0.", "It is 1."]
    assert [(q.id, q.text, q.answers) for q in found.queries][-1] == ("5", "4?", ("4",))


def test_splits_of_documents_and_questions(tmp_path):
    documents = [
        {"_id": "d1", "text": "Alpha", "title": "A", "lang": "en"},
        {"_id": "d2", "text": "Beta", "lang": None},
    ]
    questions = [{"id": "q", "question": "B?", "evidence": ["d2"]}]
    files = saved(documents, "corpus") | saved(questions, "test")
    write(tmp_path, files | {"dataset_dict.json": json.dumps({"splits": ["corpus", "test"]})})
    found = load_dataset(f"huggingface(path={tmp_path}, documents=corpus, queries=test, document_id=_id)")
    assert found.documents == (Document("d1", "Alpha", "A", {"lang": "en"}), Document("d2", "Beta"))
    assert found.queries[0].evidence == (Evidence("d2"),)
    _, line, told = only_fault(f"huggingface(path={tmp_path})")
    assert line == 1 and "say which split: corpus, test" in told


def test_the_only_split_need_not_be_named(tmp_path):
    write(tmp_path, saved(ROWS, "train") | {"dataset_dict.json": '{"splits": ["train"]}'})
    assert len(load_dataset(tmp_path).queries) == 5
