"""Test sets of ragas."""

from __future__ import annotations

import csv
import io

from ragtune.datasets import load_dataset
from ragtune.types import Evidence
from tests.datasets.writing import write

MADE = "single_hop_specific_query_synthesizer"
SAMPLES = [
    {"user_input": "One?", "reference_contexts": ["A.", "B."], "reference": "1", "synthesizer_name": MADE},
    {"user_input": "Two?", "reference_contexts": ["B."], "retrieved_contexts": ["C.", "B."], "response": "x"},
    {"user_input": [{"content": "Hi", "type": "human"}], "reference": "3"},
]


def told(found):
    texts = {d.id: d.text for d in found.documents}
    return [(q.text, q.answers, q.simulated, [texts[e.document] for e in q.evidence]) for q in found.queries]


WANTED = [("One?", ("1",), f"ragas/{MADE}", ["A.", "B."]), ("Two?", (), "", ["B."])]


def test_json_lines(tmp_path):
    found = load_dataset(f"ragas(path={write(tmp_path, {'testset.jsonl': SAMPLES})})")
    assert told(found) == WANTED
    assert [d.text for d in found.documents] == ["A.", "B.", "C."]
    assert found.left_out == {"a conversation of several turns": ("3",)}


def test_csv_as_pandas_writes_it(tmp_path):
    out = io.StringIO()
    columns = ["user_input", "reference_contexts", "retrieved_contexts", "reference", "synthesizer_name"]
    writer = csv.writer(out)
    writer.writerow(["", *columns])
    writer.writerows([i, *(row.get(column, "") for column in columns)] for i, row in enumerate(SAMPLES))
    found = load_dataset(f"ragas(path={write(tmp_path, {'export.csv': out.getvalue()})}, file=export.csv)")
    assert told(found) == WANTED and found.left_out == {"a conversation of several turns": ("3",)}


def test_contexts_are_found_in_sources(tmp_path):
    write(tmp_path, {"testset.jsonl": SAMPLES[:1], "docs/x.txt": "-- A. --", "docs/y.txt": "B."})
    found = load_dataset(f"ragas(path={tmp_path}, sources=docs)")
    assert found.queries[0].evidence == (Evidence("x.txt", 3, 5, need=0), Evidence("y.txt", 0, 2, need=1))
