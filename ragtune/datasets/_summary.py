"""What a dataset holds, in numbers, for `ragtune dataset check`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ragtune.datasets._dataset import Dataset


@dataclass(frozen=True)
class Quantiles:
    """Values that occur: smallest, median (the lower of two), 90 % quantile (inverted CDF) and largest."""

    minimum: int
    median: int
    p90: int
    maximum: int


@dataclass(frozen=True)
class Summary:
    """Counts and lengths of a dataset; lengths are in characters (code points).

    Attributes:
        name: What the dataset is called.
        documents: Number of documents.
        characters: Length of all documents.
        document_length: Quantiles over documents.
        queries: Number of queries that can be scored.
        unanswerable: Number of those that the documents do not answer.
        query_length: Quantiles over queries.
        evidence: Number of pieces of evidence.
        evidence_per_query: Quantiles over queries.
        whole_document_share: Share of the evidence that is a whole document, 0 to 1.
        span_share: Share of the evidence that is a span, 0 to 1.
        span_length: Quantiles over spans; None where there is no span.
        with_alternatives: Number of queries in which a need can be met by more than one piece.
        tags: Tag -> number of queries that bear it, by tag.
        simulated: Recipe -> number of queries that it made up.
        left_out: Reason -> number of queries or documents left out for it.
    """

    name: str
    documents: int
    characters: int
    document_length: Quantiles
    queries: int
    unanswerable: int
    query_length: Quantiles
    evidence: int
    evidence_per_query: Quantiles
    whole_document_share: float
    span_share: float
    span_length: Quantiles | None
    with_alternatives: int
    tags: Mapping[str, int]
    simulated: Mapping[str, int]
    left_out: Mapping[str, int]


def summarise(dataset: Dataset) -> Summary:
    """Count and measure a dataset that has been loaded (so it has documents and queries)."""
    lengths = [len(document.text) for document in dataset.documents]
    pieces = [piece for query in dataset.queries for piece in query.evidence]
    needs = [len({piece.need for piece in query.evidence}) for query in dataset.queries]
    spans = [piece.end - piece.start for piece in pieces if piece.start is not None and piece.end is not None]
    tags = Counter(tag for query in dataset.queries for tag in set(query.tags))
    return Summary(
        name=dataset.name,
        documents=len(lengths),
        characters=sum(lengths),
        document_length=_quantiles(lengths),
        queries=len(dataset.queries),
        unanswerable=sum(not query.answerable for query in dataset.queries),
        query_length=_quantiles([len(query.text) for query in dataset.queries]),
        evidence=len(pieces),
        evidence_per_query=_quantiles([len(query.evidence) for query in dataset.queries]),
        whole_document_share=(len(pieces) - len(spans)) / max(len(pieces), 1),
        span_share=len(spans) / max(len(pieces), 1),
        span_length=_quantiles(spans) if spans else None,
        with_alternatives=sum(n < len(query.evidence) for n, query in zip(needs, dataset.queries, strict=True)),
        tags=dict(sorted(tags.items())),
        simulated=dataset.simulated,
        left_out={reason: len(ids) for reason, ids in dataset.left_out.items()},
    )


def _quantiles(values: Sequence[int]) -> Quantiles:
    found = np.quantile(values, [0, 0.5, 0.9, 1], method="inverted_cdf")
    return Quantiles(*(int(value) for value in found))
