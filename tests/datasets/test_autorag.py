"""AutoRAG's tables, and what its lists of lists mean."""

from __future__ import annotations

from datetime import datetime

import pytest

from ragtune.datasets import load_dataset
from ragtune.types import Evidence
from tests.datasets.tabular import parquet
from tests.datasets.writing import write

CORPUS = [
    {
        "doc_id": id,
        "contents": f"Text of {id}.",
        "metadata": {"last_modified_datetime": datetime(2024, 5, 1), "page": i},
    }
    for i, id in enumerate(["a", "b", "c"])
]


def dataset(root, ground_truth, **more):
    row = {"qid": "q", "query": "Which?", "retrieval_gt": ground_truth, "generation_gt": ["A", "It is A."]} | more
    return write(root, {"corpus.parquet": parquet(CORPUS), "qa.parquet": parquet([row])})


def test_inner_lists_are_alternatives_and_all_of_the_outer_are_needed(tmp_path):
    found = load_dataset(dataset(tmp_path, [["a", "b"], ["c"]]))
    (query,) = found.queries
    assert query.evidence == (Evidence("a", need=0), Evidence("b", need=0), Evidence("c", need=1))
    assert query.answers == ("A", "It is A.")
    assert found.documents[1].metadata == {"last_modified_datetime": "2024-05-01T00:00:00", "page": 1}


@pytest.mark.parametrize(("flat", "needs"), [("and", [0, 1]), ("or", [0, 0])])
def test_a_flat_list(tmp_path, flat, needs):
    found = load_dataset(f"autorag(path={dataset(tmp_path, ['a', 'b'])}, flat={flat})")
    assert [piece.need for piece in found.queries[0].evidence] == needs


def test_one_id_and_one_answer(tmp_path):
    found = load_dataset(dataset(tmp_path, "b", generation_gt="B"))
    assert (found.queries[0].evidence, found.queries[0].answers) == ((Evidence("b"),), ("B",))


def test_no_evidence(tmp_path):
    rows = [
        {"qid": "q", "query": "?", "retrieval_gt": [[""]], "generation_gt": []},
        {"qid": "r", "query": "?", "retrieval_gt": [["a"]], "generation_gt": []},
    ]
    found = load_dataset(write(tmp_path, {"corpus.parquet": parquet(CORPUS), "qa.parquet": parquet(rows)}))
    assert found.left_out == {"no evidence": ("q",)}
