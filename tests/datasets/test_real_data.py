"""Public data, where it is present."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from ragtune.datasets import load_dataset

DATA = Path(os.environ.get("RAGTUNE_DATA", "/nowhere"))
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="RAGTUNE_DATA names no folder")


@pytest.mark.parametrize(
    ("folder", "documents", "queries", "evidence"),
    [("retrieval/scifact", 5183, 300, 339), ("spans/chroma", 5, 472, 790), ("spans/covidqa", 49, 723, 723)],
)
def test_counts(folder, documents, queries, evidence):
    found = load_dataset(DATA / folder)
    pieces = sum(len(query.evidence) for query in found.queries)
    assert (len(found.documents), len(found.queries), pieces) == (documents, queries, evidence)
    assert found.left_out == {}


def test_train_queries_of_scifact():
    found = load_dataset({"beir": {"path": str(DATA / "retrieval/scifact"), "split": "train"}})
    assert len(found.queries) == 809
    assert len(found.left_out["not judged in this split"]) == 300


@pytest.mark.parametrize("name", ["chroma", "covidqa"])
def test_references_slice_exactly(name):
    found = load_dataset(DATA / "spans" / name)
    texts = {document.id: document.text for document in found.documents}
    rows = [json.loads(line) for line in (DATA / "spans" / name / "questions.jsonl").read_text("utf-8").splitlines()]
    for row, query in zip(rows, found.queries, strict=True):
        slices = [texts[piece.document][piece.start : piece.end] for piece in query.evidence]
        assert slices == [reference["text"] for reference in row["references"]]


def test_scifact_is_quick():
    start = time.perf_counter()
    found = load_dataset(DATA / "retrieval/scifact")
    loaded = time.perf_counter()
    assert len(found.corpus_digest) == 64
    digested = time.perf_counter()
    # Measured: 0.16 s and 0.03 s; the bounds leave room for a busy machine.
    assert loaded - start < 1.0
    assert digested - loaded < 0.2
