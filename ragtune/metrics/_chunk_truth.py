"""Judgments and chunks: what does not depend on what was retrieved, only on how the corpus was cut."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from ragtune.metrics._intervals import spread
from ragtune.metrics._text import Text
from ragtune.metrics._truth import Truth
from ragtune.types import Chunks, Ints


class ChunkTruth:
    """Which chunks meet which pieces of span evidence, and which of them bring any evidence at all."""

    def __init__(self, truth: Truth, chunks: Chunks, offsets: Ints) -> None:
        self._truth = truth
        self.start = offsets[chunks.document] + chunks.start
        self.end = offsets[chunks.document] + chunks.end

    @cached_property
    def _overlaps(self) -> tuple[Ints, Ints, Ints]:
        """Pieces of evidence and chunks that share text, a row a pair, and how many characters they share."""
        truth = self._truth
        # Chunks that begin after a piece are out, and so are those before the first that reaches it.
        reach = np.maximum.accumulate(self.end)
        piece, chunk = spread(
            np.searchsorted(reach, truth.start, side="right"), np.searchsorted(self.start, truth.end, side="left")
        )
        shared = np.minimum(self.end[chunk], truth.end[piece]) - np.maximum(self.start[chunk], truth.start[piece])
        some = shared > 0
        return piece[some], chunk[some], shared[some]

    @cached_property
    def relevant(self) -> tuple[Ints, Ints]:
        """Pairs of a piece of span evidence and a chunk that share at least half of the shorter of the two."""
        piece, chunk, shared = self._overlaps
        truth = self._truth
        shorter = np.minimum(self.end[chunk] - self.start[chunk], truth.end[piece] - truth.start[piece])
        enough = (2 * shared >= shorter) & ~truth.whole[piece]
        return piece[enough], chunk[enough]

    @cached_property
    def touching(self) -> tuple[Ints, Ints]:
        """Queries and chunks that hold any of the query's evidence, each pair once."""
        piece, chunk, _ = self._overlaps
        pairs = np.unique(self._truth.query[piece] * len(self.start) + chunk)
        return np.divmod(pairs, max(len(self.start), 1))

    @cached_property
    def touching_text(self) -> Text:
        """The text of those chunks."""
        query, chunk = self.touching
        return Text(self._truth, query, self.start[chunk], self.end[chunk])


def chunk_truth_of(truth: Truth, chunks: Chunks, offsets: Ints) -> ChunkTruth:
    """The judgments made ready for these chunks; kept for as long as both live."""
    if chunks not in truth.by_chunks:
        truth.by_chunks[chunks] = ChunkTruth(truth, chunks, offsets)
    found: ChunkTruth = truth.by_chunks[chunks]
    return found
