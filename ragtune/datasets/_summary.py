"""What is in a dataset, in numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ragtune.datasets._dataset import Dataset


@dataclass(frozen=True)
class Spread:
    """Smallest, median, 90th percentile and greatest of some numbers."""

    least: float
    median: float
    p90: float
    greatest: float


@dataclass(frozen=True)
class Summary:
    """The size and shape of a dataset; lengths in characters."""

    name: str
    documents: int
    characters: int
    document_length: Spread
    queries: int
    query_length: Spread
    evidence_per_query: Spread
    spans: int
    whole_documents: int
    with_alternatives: int
    tags: Mapping[str, int]
    left_out: Mapping[str, int]


def summarise(dataset: Dataset) -> Summary:
    """Count."""
    pieces = [piece for query in dataset.queries for piece in query.evidence]
    needs = [len({piece.need for piece in query.evidence}) for query in dataset.queries]
    return Summary(
        name=dataset.name,
        documents=len(dataset.documents),
        characters=sum(len(document.text) for document in dataset.documents),
        document_length=_spread([len(document.text) for document in dataset.documents]),
        queries=len(dataset.queries),
        query_length=_spread([len(query.text) for query in dataset.queries]),
        evidence_per_query=_spread([len(query.evidence) for query in dataset.queries]),
        spans=sum(piece.start is not None for piece in pieces),
        whole_documents=sum(piece.start is None for piece in pieces),
        with_alternatives=sum(n < len(query.evidence) for n, query in zip(needs, dataset.queries, strict=True)),
        tags=dict(sorted(Counter(tag for query in dataset.queries for tag in query.tags).items())),
        left_out={reason: len(ids) for reason, ids in dataset.left_out.items()},
    )


def _spread(values: Sequence[int]) -> Spread:
    least, median, p90, greatest = np.percentile(values, [0, 50, 90, 100]).tolist()
    return Spread(least, median, p90, greatest)
