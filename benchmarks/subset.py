"""Smaller cuts of a dataset."""

from __future__ import annotations

from dataclasses import replace

from ragtune import Dataset


def first_documents(dataset: Dataset, n: int) -> Dataset:
    """The first n documents that hold evidence, others after them if there are too few, and the queries they answer."""
    judged = {piece.document for query in dataset.queries for piece in query.evidence}
    ordered = sorted(dataset.documents, key=lambda document: document.id not in judged)[:n]
    kept = {document.id for document in ordered}
    queries = tuple(q for q in dataset.queries if all(piece.document in kept for piece in q.evidence))
    return replace(dataset, documents=tuple(ordered), queries=queries)
