"""Learning from judgments without telling a query its own answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ragtune.retrievers._fusion import Pool
from ragtune.types import Chunks, Floats, Ints, Judgments, Value


@dataclass(frozen=True, eq=False)
class Coefficients(Value):
    """(n_folds + 1, 1 + n_features, n_targets) float64: a linear model for each fold, learnt from all other folds.

    The first row of a model is what it adds whatever the features. The last model, learnt from all queries, is for a
    query that is in no fold.
    """

    models: Floats

    def predict(self, features: Floats, fold: Ints) -> Floats:
        """(n_queries, n_targets), each query by the model that never saw it."""
        models = self.models[np.where((fold >= 0) & (fold < len(self.models) - 1), fold, -1)]
        predicted: Floats = models[:, 0] + np.einsum("qf,qft->qt", features, models[:, 1:])
        return predicted


def cross_fit(features: Floats, targets: Floats, fold: Ints, judged: NDArray[np.bool_], ridge: float) -> Coefficients:
    """Ridge regressions of (n_queries, n_targets) on (n_queries, n_features), one for each fold, from `judged` queries.

    Features are standardised by the queries learnt from; `ridge` is in units of one query. Queries in no fold (-1) are
    those that nothing may be learnt from.
    """
    judged = judged & (fold >= 0)
    n_folds = int(fold.max(initial=-1)) + 1
    parts = [judged & (fold != held) for held in range(n_folds)] + [judged]
    return Coefficients(np.stack([_ridge(features[part], targets[part], ridge) for part in parts]))


def _ridge(features: Floats, targets: Floats, ridge: float) -> Floats:
    if not len(features):
        return np.zeros((1 + features.shape[1], targets.shape[1]))
    mean, spread = features.mean(axis=0), features.std(axis=0)
    spread = np.where(spread > 1e-12, spread, np.inf)
    x = (features - mean) / spread
    base = targets.mean(axis=0)
    slopes = np.linalg.solve(x.T @ x + ridge * np.eye(x.shape[1]), x.T @ (targets - base)) / spread[:, None]
    fitted: Floats = np.concatenate([(base - mean @ slopes)[None], slopes])
    return fitted


def gains(pool: Pool, fused: Floats, chunks: Chunks, judgments: Judgments, k: int) -> Floats:
    """(n_designs, n_queries) nDCG@k of (n_designs, n_queries, width) scores, 0 for queries without evidence.

    Each need counts once, where the first chunk that meets it stands. A chunk is relevant to a span when they share at
    least half of the shorter of the two, and to a whole document when it lies in it.
    """
    found = np.zeros(fused.shape[:2])
    for query in np.unique(judgments.query).tolist():
        there = pool.chunk[query] >= 0
        order = np.argsort(-fused[:, query][:, there], axis=1, kind="stable")
        rank = np.argsort(order, axis=1, kind="stable") + 1
        rows = np.flatnonzero(judgments.query == query)
        relevant = _relevant(pool.chunk[query][there], chunks, judgments, rows)
        met = np.where(relevant[None], rank[:, None, :], k + 1).min(axis=2, initial=k + 1)  # (n_designs, n_evidence)
        gain = np.where(met <= k, judgments.grade[rows] / np.log2(1 + met), 0.0)
        needs = judgments.need[rows]
        each = [(needs == need) for need in np.unique(needs)]
        best = np.sort([judgments.grade[rows][need].max() for need in each])[::-1][:k]
        ideal = float((best / np.log2(2 + np.arange(len(best)))).sum())
        found[:, query] = sum(gain[:, need].max(axis=1) for need in each) / ideal
    return found


def _relevant(chunk: Ints, chunks: Chunks, judgments: Judgments, rows: Ints) -> NDArray[np.bool_]:
    """(n_evidence, n_chunks) whether each chunk is relevant to each piece of evidence."""
    start, end = chunks.start[chunk][None], chunks.end[chunk][None]
    first, last = judgments.start[rows][:, None], judgments.end[rows][:, None]
    shared = np.minimum(end, last) - np.maximum(start, first)
    enough = (shared > 0) & (2 * shared >= np.minimum(end - start, last - first))
    relevant: NDArray[np.bool_] = (chunks.document[chunk][None] == judgments.document[rows][:, None]) & (
        enough | (first < 0)
    )
    return relevant
