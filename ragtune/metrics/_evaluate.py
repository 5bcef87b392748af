"""Scoring of plain TREC-style runs, without a corpus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ragtune.errors import InputError
from ragtune.metrics._judged import Judged
from ragtune.metrics._metric import RankMetric, parse_metric
from ragtune.types import Chunks, Corpus, Document, Judgments, Ranking


def evaluate(
    run: Mapping[str, Mapping[str, float]], qrels: Mapping[str, Mapping[str, int]], metrics: Sequence[str]
) -> dict[str, dict[str, float]]:
    """Score a run of whole documents against relevance judgments, as trec_eval does.

    Documents are ranked by falling score, then by falling id; scores are compared in 32 bits, as trec_eval keeps them.
    Grades of 0 and below mean not relevant. Queries of the qrels that the run lacks score 0; queries without judgments
    are left out.

    Args:
        run: query id -> document id -> score.
        qrels: query id -> document id -> grade.
        metrics: labels of measures of rankings, such as `nDCG@10`.

    Returns:
        Metric as it was given -> query id -> value.
    """
    parsed = [parse_metric(name) for name in metrics]
    if strangers := [m.label for m in parsed if not isinstance(m, RankMetric)]:
        raise InputError(f"a run is scored by measures of rankings, not by {', '.join(strangers)}, which need texts")
    judged = _judge([run.get(query, {}) for query in qrels], list(qrels.values()))
    scores = {name: metric.score(judged).tolist() for name, metric in zip(metrics, parsed, strict=True)}
    return {name: dict(zip(qrels, values, strict=True)) for name, values in scores.items()}


def _judge(runs: Sequence[Mapping[str, float]], grades: Sequence[Mapping[str, int]]) -> Judged:
    ids = sorted({id for row in (*runs, *grades) for id in row})
    index = {id: i for i, id in enumerate(ids)}
    judged = [(q, index[id], grade) for q, row in enumerate(grades) for id, grade in row.items() if grade > 0]
    query, document, grade = np.array(judged, dtype=np.int64).reshape(-1, 3).T
    nothing = np.full(len(query), -1)
    n_queries = np.array([len(runs)])
    judgments = Judgments(n_queries, query, document, nothing, nothing, grade, need=np.arange(len(query)))
    n = np.arange(len(ids))
    chunks = Chunks(n, np.zeros_like(n), np.zeros_like(n))
    return Judged.of_ranking(_ranking(runs, index), chunks, Corpus(tuple(Document(id, "") for id in ids)), judgments)


def _ranking(runs: Sequence[Mapping[str, float]], index: Mapping[str, int]) -> Ranking:
    depth = max((len(row) for row in runs), default=0)
    chunk = np.full((len(runs), depth), -1, dtype=np.int32)
    score = np.full((len(runs), depth), -np.inf)
    for i, row in enumerate(runs):
        ranked = sorted(((float(np.float32(value)), id) for id, value in row.items()), reverse=True)
        chunk[i, : len(ranked)] = [index[id] for _, id in ranked]
        score[i, : len(ranked)] = [value for value, _ in ranked]
    return Ranking(chunk, score)
