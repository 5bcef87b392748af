"""Sums of term weights, fast: what every retriever over words, or over a sparse model's dimensions, does in the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ragtune.retrievers import best_of
from ragtune.types import Floats, Ints, Ranking, Value

Weighted = tuple[Ints, Floats]
"""A query: the numbers of its terms, and what each of them counts; a term may come more than once."""


@dataclass(frozen=True, eq=False)
class Postings(Value):
    """What each term adds to the score of each chunk that has it: a column a term (CSC).

    `chunk` and `weight` are (n_postings,) int32, rising within a term, and float64, never negative; `indptr` is
    (n_terms + 1,) int64; `absent` (n_terms,) float64 is what a query's term adds to every chunk, whether it has it or
    not; `n_chunks` is a single number.
    """

    chunk: NDArray[np.int32]
    weight: Floats
    indptr: Ints
    absent: Floats
    n_chunks: Ints

    @property
    def chunks_with(self) -> Ints:
        """(n_terms,) in how many chunks each term is."""
        counts: Ints = np.diff(self.indptr)
        return counts


def search(postings: Postings, queries: Sequence[Weighted], depth: int) -> Ranking:
    """The best `depth` chunks by the weighted sum over the query's terms; a chunk that has none of them is not found."""
    chunk = np.full((len(queries), depth), -1, dtype=np.int32)
    score = np.full(chunk.shape, -np.inf)
    for i, (terms, weights) in enumerate(queries):
        if not len(terms):
            continue
        found, scores = _search_one(postings, terms, weights, depth)
        chunk[i, : len(found)] = found
        score[i, : len(found)] = scores
    return Ranking(chunk, score)


def _search_one(postings: Postings, terms: Ints, weights: Floats, depth: int) -> tuple[Ints, Floats]:
    starts, ends = postings.indptr[terms].tolist(), postings.indptr[terms + 1].tolist()
    parts = list(map(slice, starts, ends))
    at = np.concatenate([postings.chunk[part] for part in parts])
    if (weights == 1.0).all():
        added = np.concatenate([postings.weight[part] for part in parts])
    else:
        added = np.concatenate([w * postings.weight[part] for w, part in zip(weights.tolist(), parts, strict=True)])
    sums = np.asarray(np.bincount(at, weights=added, minlength=int(postings.n_chunks[0])), dtype=np.float64)
    touched = np.flatnonzero(sums)  # the best of all would be sought among zeros, most of them equal, which is slow
    if len(touched) < depth:
        touched = np.unique(at)  # some chunks may share only terms that weigh nothing
    found: Ints = touched[best_of(sums[touched], depth)]
    return found, sums[found] + float(postings.absent[terms] @ weights)
