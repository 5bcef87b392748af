"""Chunks by rank until a number of tokens is reached: every design brings the same amount of text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import PositiveInt

from ragtune.component import Affects, register, work
from ragtune.contexts import Context
from ragtune.tokenizers import Tokenizer
from ragtune.types import Chunks, Contexts, Corpus, Ints, Ranking, Tokens, Value


@dataclass(frozen=True, eq=False)
class Places(Value):
    """Chunks in token positions: `base`, where its document begins, in characters; `first` and `after`, its tokens.

    (n_chunks,) int64 each. `apart` is (1,) bool: whether no two chunks share a token.
    """

    base: Ints
    first: Ints
    after: Ints
    apart: NDArray[np.bool_]


@register
class TokenBudget(Context):
    """Takes chunks by rank until `budget_tokens` are reached, counting text that chunks share once.

    The chunk that would go over is cut at the token where the budget ends (`overflow: cut`), or left out with all that
    follow (`overflow: stop`). Overlapping and adjacent spans of a document are merged. `order: rank` puts a merged span
    where its best chunk ranks; `order: document` takes documents by their best chunk, and their spans as they stand in
    the source. `top_k` bounds the number of chunks as well.
    """

    budget_tokens: Annotated[PositiveInt, Affects({"pack"})] = 2000
    top_k: Annotated[PositiveInt | None, Affects({"pack"})] = None
    overflow: Annotated[Literal["cut", "stop"], Affects({"pack"})] = "cut"
    order: Annotated[Literal["rank", "document"], Affects({"pack"})] = "rank"
    tokenizer: Tokenizer = "cl100k"  # type: ignore[assignment]

    @work(keep="no", online=False)
    def places(self, chunks: Chunks, corpus: Corpus, tokenizer: Tokens) -> Places:
        """Where the chunks lie, in tokens: the same for every budget."""
        base = corpus.offsets[chunks.document]
        if not len(chunks):
            return Places(base, base, base, np.array([True]))
        first, after = tokenizer.first(base + chunks.start), tokenizer.after(base + chunks.end)
        apart = (first[1:] >= np.maximum.accumulate(after)[:-1]).all()
        return Places(base, first, after, np.array([apart]))

    @work(keep="no")
    def pack(self, ranking: Ranking, chunks: Chunks, tokenizer: Tokens, places: Places) -> Contexts:
        """Fill the contexts of all queries at once, a rank at a time, in token positions; then go back to characters."""
        ranked = ranking.chunk[:, : self.top_k]
        if not len(chunks):
            return _no_contexts(len(ranked))
        base, after = places.base, places.after
        start, end = self._fill(ranked, places)
        query, rank = np.nonzero(start < end)
        chunk = ranked[query, rank]
        start, end = start[query, rank], end[query, rank]
        whole = end == after[chunk]
        cut = tokenizer.starts[np.where(whole, 0, end)] - base[chunk]
        last = np.where(whole, chunks.end[chunk], cut)
        return self._merge(len(ranked), query, rank, chunks.document[chunk], chunks.start[chunk], last, start, end)

    def _fill(self, ranked: Ints, places: Places) -> tuple[Ints, Ints]:
        """Token spans taken, (n_queries, depth) starts and ends; empty where a chunk brings nothing."""
        starts, ends = np.zeros(ranked.shape, np.int64), np.zeros(ranked.shape, np.int64)
        left = np.full(len(ranked), self.budget_tokens, np.int64)
        first, after, apart = places.first, places.after, bool(places.apart[0])
        for rank in range(ranked.shape[1]):
            chunk = ranked[:, rank]
            if not ((chunk >= 0) & (left > 0)).any():
                break
            start = np.where(chunk >= 0, first[chunk], 0)
            end = np.where(chunk >= 0, after[chunk], 0)
            taken = 0 if apart else rank
            gap_start, gap_end = _gaps(start, end, starts[:, :taken], ends[:, :taken])
            new = np.cumsum(gap_end - gap_start, axis=1)
            over = new[:, -1] > left
            if over.any():
                end = np.where(over, self._cut(start, gap_end, new, left), end)
            starts[:, rank], ends[:, rank] = start, end
            left = np.where(over, 0, left - new[:, -1])
        return starts, ends

    def _cut(self, start: Ints, gap_end: Ints, new: Ints, left: Ints) -> Ints:
        """Where chunks that bring `new` tokens end when only `left` more are wanted."""
        if self.overflow == "stop":
            return start
        gap = np.argmax(new >= left[:, None], axis=1)[:, None]
        end = np.take_along_axis(gap_end - new, gap, axis=1)[:, 0] + left
        return np.where(left > 0, end, start)

    def _merge(
        self, n: int, query: Ints, rank: Ints, document: Ints, start: Ints, end: Ints, first: Ints, after: Ints
    ) -> Contexts:
        """Join spans that overlap or touch, and put them in order. All arguments but `n` are columns of spans."""
        if not len(query):
            return _no_contexts(n)
        order = np.lexsort((first, document, query))
        query, rank, document, start, end = (column[order] for column in (query, rank, document, start, end))
        first, after = first[order], after[order]
        block = np.cumsum(np.r_[0, (np.diff(query) != 0) | (np.diff(document) != 0)])
        lift = block * (int(after.max()) + 1)  # so that a running maximum does not cross from one document to the next
        reached = np.maximum.accumulate(after + lift)
        opens = np.flatnonzero(np.r_[True, (first + lift)[1:] > reached[:-1]])
        tokens = np.maximum.reduceat(after, opens) - first[opens]
        rank = np.minimum.reduceat(rank, opens)
        query, document, start = query[opens], document[opens], start[opens]
        end = np.maximum.reduceat(end, opens)
        if self.order == "rank":
            order = np.lexsort((rank, query))
        else:
            group = np.flatnonzero(np.r_[True, np.diff(block[opens]) != 0])
            best = np.repeat(np.minimum.reduceat(rank, group), np.diff(np.r_[group, len(rank)]))
            order = np.lexsort((start, best, query))
        counts = np.bincount(query, weights=tokens, minlength=n).astype(np.int64)
        return Contexts(query[order], document[order], start[order], end[order], counts)


def _gaps(start: Ints, end: Ints, starts: Ints, ends: Ints) -> tuple[Ints, Ints]:
    """The parts of `[start, end)` not covered by the spans in `starts`, `ends` of its row: (n, spans + 1) each."""
    low, high = start[:, None], end[:, None]
    if not starts.shape[1]:
        return low, high
    starts, ends = np.clip(starts, low, high), np.clip(ends, low, high)
    order = np.argsort(starts, axis=1, kind="stable")
    starts, ends = np.take_along_axis(starts, order, 1), np.take_along_axis(ends, order, 1)
    gap_start = np.maximum.accumulate(np.concatenate([low, ends], axis=1), axis=1)
    gap_end = np.concatenate([starts, high], axis=1)
    return gap_start, np.maximum(gap_end, gap_start)


def _no_contexts(n: int) -> Contexts:
    empty = np.zeros(0, np.int64)
    return Contexts(empty, empty, empty, empty, np.zeros(n, np.int64))
