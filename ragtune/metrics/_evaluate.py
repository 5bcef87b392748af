"""Measures of a TREC run against qrels, for comparison with other tools."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ragtune.errors import InputError
from ragtune.metrics._judged import Judged
from ragtune.metrics._metric import parse_metric
from ragtune.types import Chunks, Corpus, Document, Judgments, Ranking

Run = Mapping[str, Mapping[str, float]]
Qrels = Mapping[str, Mapping[str, int]]


def evaluate(run: Run, qrels: Qrels, metrics: Sequence[str]) -> dict[str, dict[str, float]]:
    """Score a run (query id -> document id -> score) against qrels (query id -> document id -> grade).

    Ties are broken as trec_eval does: by falling score (in 32 bits), then falling document id. Every query of the qrels
    counts; one without a relevant document, or that the run lacks, scores 0. Grades of 0 and less are not relevant.

    Returns:
        Label of the metric -> query id -> value.
    """
    wanted = [parse_metric(name) for name in metrics]
    for metric in wanted:
        if metric.level != "ranking":
            raise InputError(f"metric '{metric.label}' needs packed contexts, and a run has none")
    queries = [query for query, grades in qrels.items() if any(grade > 0 for grade in grades.values())]
    ids = sorted({document for part in (run, qrels) for documents in part.values() for document in documents})
    place = {document: i for i, document in enumerate(ids)}
    ranked = [
        sorted(run.get(q, {}).items(), key=lambda item: (np.float32(item[1]), item[0]), reverse=True) for q in queries
    ]
    depth = max(map(len, ranked), default=0) or 1
    chunk = np.full((len(queries), depth), -1, dtype=np.int32)
    for row, documents in zip(chunk, ranked, strict=True):
        row[: len(documents)] = [place[document] for document, _ in documents]
    rows = [
        (i, place[d], -1, 1, grade, n)
        for i, query in enumerate(queries)
        for n, (d, grade) in enumerate(qrels[query].items())
        if grade > 0
    ]
    columns = np.array(rows, dtype=np.int64).reshape(-1, 6).T
    corpus = Corpus(tuple(Document(id, ".") for id in ids))
    each = np.arange(len(ids))
    judged = Judged.of_ranking(
        Ranking(chunk, np.zeros(chunk.shape)),
        Chunks(each, np.zeros_like(each), np.ones_like(each)),
        corpus,
        Judgments(np.array([len(queries)]), *columns),
    )
    nothing = dict.fromkeys(qrels, 0.0)
    return {m.label: nothing | dict(zip(queries, m.score(judged).tolist(), strict=True)) for m in wanted}
