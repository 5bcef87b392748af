"""What Langfuse exports: items of datasets, and observations with scores."""

from __future__ import annotations

import json

from ragtune.datasets import load_dataset
from tests.datasets.test_langsmith import document, texts
from tests.datasets.writing import write


def test_items(tmp_path):
    items = [
        {"id": "i1", "input": {"query": "Who?"}, "expectedOutput": {"answer": "Anna", "contexts": ["A.", "B."]}},
        {
            "id": "i2",
            "input": "Where?",
            "expected_output": json.dumps({"documents": [document("B.")]}),
            "status": "ACTIVE",
        },
        {"id": "i3", "input": "Old?", "expectedOutput": {"contexts": ["A."]}, "status": "ARCHIVED"},
        {"id": "i4", "input": "Why?", "expectedOutput": "Because."},
    ]
    write(tmp_path, {"page.json": json.dumps({"data": items, "meta": {"page": 1}})})
    found = load_dataset(f"langfuse(path={tmp_path}, file=page.json)")
    assert texts(found) == {"i1": [("A.", 0), ("B.", 1)], "i2": [("B.", 0)]}
    assert found.queries[0].answers == ("Anna",)
    assert found.left_out == {"archived": ("i3",), "no reference documents in its expected output": ("i4",)}


def test_a_trace_that_was_downloaded(tmp_path):
    trace = {
        "observations": [
            {"id": "o1", "traceId": "t", "type": "CHAIN", "parentObservationId": None, "input": '{"question": "Who?"}'},
            {
                "id": "o2",
                "traceId": "t",
                "type": "RETRIEVER",
                "parentObservationId": "o1",
                "input": "who",
                "output": json.dumps([document("A.")]),
            },
            {"id": "o3", "traceId": "t", "type": "RETRIEVER", "parentObservationId": "o1", "output": ["B."]},
        ],
        "scores": [{"id": "s", "traceId": "t", "observationId": "o2", "name": "ok", "value": 1, "dataType": "BOOLEAN"}],
    }
    write(tmp_path, {"trace-t.json": json.dumps(trace)})
    found = load_dataset(f"langfuse(path={tmp_path}, file=trace-t.json, score=ok)")
    assert texts(found) == {"t": [("A.", 0)]} and found.queries[0].text == "Who?"
    assert {d.text for d in found.documents} == {"A.", "B."}


def test_observations_and_scores_of_an_export(tmp_path):
    def rows(trace):
        common = {"trace_id": trace, "tags": ["web"]}
        yield common | {
            "id": f"{trace}1",
            "type": "SPAN",
            "parent_observation_id": "",
            "input": f"{trace}?",
            "output": "",
        }
        output = json.dumps({"documents": ["A.", f"{trace}."]})
        yield common | {"id": f"{trace}2", "type": "RETRIEVER", "parent_observation_id": f"{trace}1", "output": output}

    def score(trace, name, value):
        return {"id": trace + name, "trace_id": trace, "observation_id": None, "name": name, "value": value}

    scores = [score("x", "ok", 0.9), score("y", "ok", 0.2), score("y", "other", 1)]
    write(tmp_path, {"langfuse.jsonl": [*rows("x"), *rows("y")], "scores.jsonl": scores})
    found = load_dataset(f"langfuse(path={tmp_path}, scores=scores.jsonl, score=ok)")
    assert texts(found) == {"x": [("A.", 0), ("x.", 0)]} and found.queries[0].tags == ("web",)
    assert found.left_out == {"no positive score says that its documents are right": ("y",)}
