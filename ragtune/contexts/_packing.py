"""What all packers share: which chunks are read, how far around them, and in what order they are put down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, NonNegativeInt, PositiveInt

from ragtune.component import Affects, work
from ragtune.contexts import Context
from ragtune.contexts._spans import Taken, merge, order_spans, take
from ragtune.tokenizers import Tokenizer
from ragtune.types import Chunks, Contexts, Corpus, Ints, Ranking, Tokens, Value

UNBOUNDED = np.iinfo(np.int64).max // 4


@dataclass(frozen=True, eq=False)
class Places(Value):
    """What is read of each chunk: row 0 by itself, row 1 when it is read wide.

    `start` and `end` are (2, n_chunks) int64 characters of the document, `first` and `after` (2, n_chunks) int64 tokens of
    the corpus; `base` is (n_chunks,), where its document begins in the corpus. `apart` is (1,) bool: no two share a token.
    """

    base: Ints
    start: Ints
    end: Ints
    first: Ints
    after: Ints
    apart: NDArray[np.bool_]


class Packing(Context):
    """Base of the contexts that put ranked chunks down, counting text that chunks share once."""

    order: Annotated[Literal["rank", "document", "lost-in-the-middle", "reverse"], Affects({"pack"})] = "rank"
    """`rank`: a merged span stands where its best chunk ranks. `document`: documents by their best chunk, and their spans
    as in the source. `lost-in-the-middle`: the best at both ends (Liu et al. 2023). `reverse`: the best last."""
    threshold: Annotated[float | None, Affects({"pack"})] = None
    """Least score of a chunk, in the ranking's own unit."""
    relative_threshold: Annotated[float | None, Field(ge=0, le=1), Affects({"pack"})] = None
    """Least score as a share of the query's best; meant for scores that are not negative."""
    per_document: Annotated[PositiveInt | None, Affects({"pack"})] = None
    """At most so many chunks of one document, for diversity."""
    neighbours: Annotated[NonNegativeInt, Affects({"pack", "places"})] = 0
    """So many chunks before and after, in the same document, are read along with each."""
    tokenizer: Tokenizer = "cl100k"  # type: ignore[assignment]

    def limits(self) -> tuple[int | None, int, bool]:
        """Most chunks, most tokens, and whether the chunk that goes over is cut (or left out)."""
        raise NotImplementedError

    @work(keep="no", online=False)
    def places(self, chunks: Chunks, corpus: Corpus, tokenizer: Tokens) -> Places:
        """Where the chunks lie, in tokens: the same for every budget."""
        base = corpus.offsets[chunks.document]
        wide = len(chunks.wide_start) > 0
        start = np.stack([chunks.start, chunks.wide_start if wide else chunks.start])
        end = np.stack([chunks.end, chunks.wide_end if wide else chunks.end])
        if not len(chunks):
            return Places(base, start, end, start, end, np.array([True]))
        if self.neighbours:
            low, high = _around(chunks, self.neighbours)
            start, end = np.minimum(start, low), np.maximum(end, high)
        first, after = tokenizer.first(base + start), tokenizer.after(base + end)
        apart = not wide and bool((first[0, 1:] >= np.maximum.accumulate(after[0])[:-1]).all())
        return Places(base, start, end, first, after, np.array([apart]))

    @work(keep="no")
    def pack(self, ranking: Ranking, chunks: Chunks, tokenizer: Tokens, places: Places) -> Contexts:
        """Fill the contexts of all queries at once, a rank at a time, in token positions; then go back to characters."""
        most, budget, cut = self.limits()
        ranked = self._chosen(ranking, chunks)[:, :most]
        if not len(chunks):
            return order_spans(Taken.nothing(), len(ranked), self.order)
        row = chunks.reads_wide(ranked).astype(np.int64)
        first = np.where(ranked >= 0, places.first[row, ranked], 0)
        after = np.where(ranked >= 0, places.after[row, ranked], 0)
        begin, end = take(first, after, budget, cut=cut, apart=bool(places.apart[0]))
        query, rank = np.nonzero(begin < end)
        chunk, row = ranked[query, rank], row[query, rank]
        begin, end = begin[query, rank], end[query, rank]
        whole = end == places.after[row, chunk]
        last = np.where(whole, places.end[row, chunk], tokenizer.starts[np.where(whole, 0, end)] - places.base[chunk])
        taken = Taken(query, rank, chunks.document[chunk], places.start[row, chunk], last, begin, end)
        return order_spans(merge(taken), len(ranked), self.order)

    def _chosen(self, ranking: Ranking, chunks: Chunks) -> Ints:
        """The ranked chunks that may be read, (n_queries, depth), those left out moved to the end as -1."""
        ranked = ranking.chunk
        least = np.full(len(ranked), -np.inf)
        if self.threshold is not None:
            least = np.maximum(least, self.threshold)
        if self.relative_threshold is not None and ranked.shape[1]:
            least = np.maximum(least, ranking.score[:, 0] * self.relative_threshold)
        kept = (ranked >= 0) & (ranking.score >= least[:, None])
        if self.per_document is not None and len(chunks):
            document = np.where(kept, chunks.document[ranked], -1)
            kept &= _occurrence(document) < self.per_document
        if kept.all():
            return ranked
        order = np.argsort(~kept, axis=1, kind="stable")
        return np.take_along_axis(np.where(kept, ranked, -1), order, axis=1)


def _around(chunks: Chunks, n: int) -> tuple[Ints, Ints]:
    """From the start of the n-th chunk before to the end of the n-th after, within the document."""
    place = np.arange(len(chunks))
    opens = np.searchsorted(chunks.document, chunks.document, side="left")
    closes = np.searchsorted(chunks.document, chunks.document, side="right") - 1
    low = chunks.start[np.maximum(place - n, opens)]
    high = chunks.end[np.minimum(place + n, closes)]
    return low, high


def _occurrence(values: Ints) -> Ints:
    """(n, m): how often each value stood in its row before."""
    order = np.argsort(values, axis=1, kind="stable")
    ordered = np.take_along_axis(values, order, axis=1)
    place = np.broadcast_to(np.arange(values.shape[1]), values.shape)
    new = np.ones(values.shape, dtype=bool)
    new[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    begins = np.maximum.accumulate(np.where(new, place, 0), axis=1)
    counts = np.empty_like(values)
    np.put_along_axis(counts, order, place - begins, axis=1)
    return counts
