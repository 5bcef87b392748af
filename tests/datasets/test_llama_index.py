"""LabelledRagDataset, with its source files and without."""

from __future__ import annotations

import json

from ragtune.datasets import load_dataset
from ragtune.datasets._cases import context_id
from ragtune.types import Evidence
from tests.datasets.writing import faults, write

AI = {"model_name": "gpt-4", "type": "ai"}
EXAMPLES = {
    "examples": [
        {
            "query": "Who?",
            "query_by": AI,
            "reference_contexts": ["Anna went\nhome."],
            "reference_answer": "Anna",
            "reference_answer_by": AI,
        },
        {"query": "Where?", "query_by": {"model_name": "", "type": "human"}, "reference_contexts": ["to work."]},
        {"query": "When?", "query_by": None, "reference_contexts": None},
    ]
}


def test_contexts_are_documents(tmp_path):
    found = load_dataset(write(tmp_path, {"rag_dataset.json": json.dumps(EXAMPLES, indent=4)}))
    assert [d.text for d in found.documents] == ["Anna went\nhome.", "to work."]
    assert [(q.id, q.simulated, q.answers) for q in found.queries] == [
        ("1", "llama-index/gpt-4", ("Anna",)),
        ("2", "", ()),
    ]
    assert found.queries[0].evidence == (Evidence(context_id("Anna went\nhome.")),)
    assert found.left_out == {"no evidence": ("3",)}


def test_contexts_are_found_in_source_files(tmp_path):
    files = {"source_files/a.txt": "Then Anna went home.", "source_files/b.md": "Bob went to work."}
    found = load_dataset(write(tmp_path, files | {"rag_dataset.json": json.dumps(EXAMPLES)}))
    assert [d.id for d in found.documents] == ["a.txt", "b.md"]
    assert [q.evidence for q in found.queries] == [(Evidence("a.txt", 5, 20),), (Evidence("b.md", 9, 17),)]


def test_contexts_that_are_not_there_or_there_twice(tmp_path):
    files = {"source_files/a.txt": "to work. to work. Anna went home.", "source_files/b.txt": "And to work."}
    write(tmp_path, files | {"rag_dataset.json": json.dumps(EXAMPLES, indent=1)})
    (fault,) = faults(tmp_path)
    assert fault.line == 18 and "found more than once: 'a.txt' at 0, 'a.txt' at 9, 'b.txt' at 4" in fault.message
    found = load_dataset(f"llama-index(path={tmp_path}, unlocated=leave-out)")
    assert found.left_out == {"a reference context is found more than once": ("2",), "no evidence": ("3",)}
