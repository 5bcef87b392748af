"""The grade of each candidate, by the judgments."""

from __future__ import annotations

import numpy as np

from ragtune.types import Chunks, Ints, Judgments, Ranking


def grades(candidates: Ranking, chunks: Chunks, judgments: Judgments) -> Ints:
    """(n_queries, n_candidates) int64: the greatest grade of evidence that a chunk is relevant to, 0 for none.

    As the measures per evidence have it: a chunk is relevant to a span when they share at least half of the shorter of
    the two, and to a whole document when it lies in it.
    """
    found = np.zeros(candidates.chunk.shape, dtype=np.int64)
    if not len(chunks) or not len(judgments.query):
        return found
    chunk = candidates.chunk[judgments.query]
    start, end = chunks.start[chunk], chunks.end[chunk]
    first, last = judgments.start[:, None], judgments.end[:, None]
    shared = np.minimum(end, last) - np.maximum(start, first)
    enough = (shared > 0) & (2 * shared >= np.minimum(end - start, last - first))
    relevant = (chunk >= 0) & (chunks.document[chunk] == judgments.document[:, None]) & (enough | (first < 0))
    np.maximum.at(found, judgments.query, np.where(relevant, judgments.grade[:, None], 0))
    return found
