"""What every dataset gives: values, digests, a summary."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ragtune.datasets import Dataset, summarise
from ragtune.types import Document, Evidence, Query

DOCUMENTS = (Document("a", "Alpha text", "A"), Document("b", "Beta", metadata={"x": 1, "y": 2}))
QUERIES = (
    Query("p", "one?", (Evidence("b"), Evidence("a", 0, 5, grade=2, need=1)), tags=("t",)),
    Query("q", "two?", (Evidence("a", 6, 10), Evidence("b", 0, 2)), ("yes",), tags=("t", "u")),
)
DATASET = Dataset("d", DOCUMENTS, QUERIES, {"no evidence": ("r", "s")})


def test_values():
    assert DATASET.corpus.documents == DOCUMENTS
    assert DATASET.query_texts.texts == ("one?", "two?")
    rows = {name: column.tolist() for name, column in DATASET.judgments.to_arrays().items()}
    assert rows == {
        "n_queries": [2],
        "query": [0, 0, 1, 1],
        "document": [1, 0, 0, 1],
        "start": [-1, 0, 6, 0],
        "end": [4, 5, 10, 2],
        "grade": [1, 2, 1, 1],
        "need": [0, 1, 0, 0],
    }


def digests(dataset):
    return dataset.corpus_digest, dataset.queries_digest, dataset.judgments_digest


def with_document(**change):
    return replace(DATASET, documents=(replace(DOCUMENTS[0], **change), DOCUMENTS[1]))


def with_evidence(**change):
    first, *others = QUERIES[1].evidence
    return replace(DATASET, queries=(QUERIES[0], replace(QUERIES[1], evidence=(replace(first, **change), *others))))


@pytest.mark.parametrize(
    ("changed", "which"),
    [
        (with_document(text="Alpha texT"), "c"),
        (with_document(title="B"), "c"),
        (with_document(metadata={"x": 1}), "c"),
        (replace(DATASET, queries=(replace(QUERIES[0], text="one??"), QUERIES[1])), "q"),
        (replace(DATASET, queries=QUERIES[::-1]), "qj"),
        (replace(DATASET, documents=DOCUMENTS[::-1]), "cj"),
        (with_evidence(start=5), "j"),
        (with_evidence(end=9), "j"),
        (with_evidence(grade=3), "j"),
        (with_evidence(need=5), "j"),
        (replace(DATASET, name="other"), ""),
        (replace(DATASET, left_out={}), ""),
        (replace(DATASET, documents=(DOCUMENTS[0], Document("b", "Beta", metadata={"y": 2, "x": 1}))), ""),
    ],
)
def test_digests_change_with_content_only(changed, which):
    pairs = zip("cqj", digests(DATASET), digests(changed), strict=True)
    assert "".join(letter for letter, before, after in pairs if before != after) == which


def test_text_may_not_move_between_id_and_title():
    one = Dataset("d", (Document("a", "bc", "d"),), QUERIES, {})
    two = Dataset("d", (Document("ab", "c", "d"),), QUERIES, {})
    assert one.corpus_digest != two.corpus_digest


def test_summary():
    found = summarise(DATASET)
    assert (found.name, found.documents, found.characters, found.queries, found.evidence) == ("d", 2, 14, 2, 4)
    assert (found.document_length.minimum, found.document_length.median, found.document_length.maximum) == (4, 4, 10)
    assert (found.whole_document_share, found.span_share, found.with_alternatives) == (0.25, 0.75, 1)
    assert found.span_length is not None
    assert found.span_length.maximum == 5
    assert found.tags == {"t": 2, "u": 1}
    assert found.left_out == {"no evidence": 2}
