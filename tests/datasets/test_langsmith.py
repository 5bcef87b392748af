"""What LangSmith exports: examples, and the runs of traces."""

from __future__ import annotations

import json

from ragtune.datasets import load_dataset
from ragtune.types import Document
from tests.datasets.writing import faults, write


def document(text, **metadata):
    return {"page_content": text, "type": "Document", "metadata": metadata}


def texts(found):
    known = {d.id: d.text for d in found.documents}
    return {q.id: [(known[e.document], e.need) for e in q.evidence] for q in found.queries}


def test_the_examples_of_a_dataset(tmp_path):
    export = {
        "version": 1,
        "dataset": {"name": "support"},
        "examples": [
            {
                "id": "e1",
                "inputs": {"question": "Who?"},
                "outputs": {"answer": "Anna", "documents": [document("A.", source="x"), "B."]},
                "split": ["base", "hard"],
            },
            {
                "id": "e2",
                "inputs": {"messages": [{"role": "user", "content": "Where?"}]},
                "outputs": {"answer": "There"},
            },
            {"id": "e3", "inputs": {"x": 1}, "outputs": {"contexts": ["A."]}},
        ],
    }
    write(tmp_path, {"langsmith.json": json.dumps(export, indent=2)})
    found = load_dataset(f"langsmith(path={tmp_path}, file=langsmith.json)")
    assert texts(found) == {"e1": [("A.", 0), ("B.", 1)]}
    assert (found.queries[0].answers, found.queries[0].tags) == (("Anna",), ("base", "hard"))
    assert found.left_out == {"no reference documents in its outputs": ("e2",), "no question in its inputs": ("e3",)}
    assert found.documents[0].metadata == {}  # the two appearances of the text do not agree on it


def run(trace, id, kind, parent=None, **more):
    return {"id": id, "trace_id": trace, "run_type": kind, "parent_run_id": parent, "name": "n"} | more


RUNS = [
    run(
        "t1",
        "t1",
        "chain",
        inputs={"input": "Who?"},
        outputs={"output": "Anna"},
        feedback_stats={"ok": {"n": 1, "avg": 1.0}},
    ),
    run(
        "t1",
        "r1",
        "retriever",
        "t1",
        inputs={"query": "who"},
        outputs={"documents": [document("A.", n=1), document("B.")]},
    ),
    run("t2", "t2", "chain", inputs={"input": "Where?"}, outputs={"context": [document("C.")]}),
    run("t2", "r2", "retriever", "t2", outputs={"output": [document("A.", n=1)]}, feedback_stats={"ok": {"avg": 0.5}}),
    run("t3", "t3", "chain", inputs={"input": "When?"}, outputs={"output": "x"}),
    run(
        "t4",
        "t4",
        "chain",
        inputs={"input": "Why?"},
        outputs={"documents": ["D."]},
        feedback_stats={"ok": {"avg": 0.1}},
    ),
]


def test_runs_with_feedback(tmp_path):
    found = load_dataset(f"langsmith(path={write(tmp_path, {'langsmith.jsonl': RUNS})}, feedback=ok)")
    assert texts(found) == {"t1": [("A.", 0), ("B.", 0)], "t2": [("A.", 0)]}
    assert next((d.text, d.metadata) for d in found.documents) == ("A.", {"n": 1})
    assert {d.text for d in found.documents} == {"A.", "B.", "C.", "D."}
    assert found.left_out == {
        "no retrieved documents": ("t3",),
        "no positive feedback says that its documents are right": ("t4",),
    }


def test_without_a_key_no_feedback_counts(tmp_path):
    (fault,) = faults(f"langsmith(path={write(tmp_path, {'langsmith.jsonl': RUNS})})")
    assert "there is no query that can be scored" in fault.message and "no positive feedback" in fault.message


def test_a_document_keeps_what_its_appearances_agree_on(tmp_path):
    rows = [
        {"inputs": {"question": f"{i}?"}, "outputs": {"documents": [document("A.", score=i, source="x", title="T")]}}
        for i in range(2)
    ]
    found = load_dataset(f"langsmith(path={write(tmp_path, {'langsmith.jsonl': rows})})")
    assert found.documents == (Document(found.documents[0].id, "A.", "T", {"source": "x", "title": "T"}),)
