"""What perfection at one stage would be worth, with everything after it as it is.

An oracle puts in front, for each need, the chunk that holds most of the evidence (of equals the shortest, then the first),
and the configuration's own context packs what comes of it:

- `reranker`: the best order of the chunks that the ranking holds;
- `fusion`: the best order of all chunks that the retriever or any of its parts found;
- `retriever`: the best order of all chunks there are;
- `budget`: the whole ranking is read, however long that is;
- `chunker`: no evidence is cut apart, and what is whole is then found and packed: what a perfect retriever brings and all
  that the chunker lost. It is a bound, not a measurement.

Where an oracle would do worse than the design itself, because its greedy order is not the very best, the design's own
outcome stands, and an oracle with more chunks to choose from never counts for less: gains are never negative.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from ragtune.explaining._causes import CAUSES, MET, Losses
from ragtune.explaining._flow import Flow, packed
from ragtune.explaining._needs import Bools, Needs
from ragtune.metrics._intervals import spread
from ragtune.types import Ints, Ranking

_FAR = 1e9
"""A score above every threshold."""


class Pairs(NamedTuple):
    """Queries and chunks that hold any of their evidence: (n,) each, with the need and how much of it is held."""

    query: Ints
    chunk: Ints
    need: Ints
    amount: Ints


def gains(flow: Flow, needs: Needs, losses: Losses) -> dict[str, int]:
    """Cause -> how many more needs would be met if that stage were perfect."""
    met = losses.cause == MET
    pairs = _pairs(flow, needs)
    reached = _by_query(needs, met)
    actual = int(reached.sum())
    gained = {}
    choices = {
        "reranker": _among(pairs, [flow.ranking], len(flow.reading.chunks)),
        "fusion": _among(pairs, _all_found(flow), len(flow.reading.chunks)),
        "retriever": np.ones(len(pairs.query), dtype=bool),
    }
    for stage, allowed in choices.items():
        ideal = _ideal(Pairs(*(column[allowed] for column in pairs)), flow, needs)
        reached = np.maximum(reached, _by_query(needs, packed(needs, flow.pack(ideal))))
        gained[stage] = int(reached.sum()) - actual
    lost = np.bincount(losses.cause[~met], minlength=len(CAUSES))
    order = list(CAUSES)
    gained["chunker"] = min(gained["retriever"] + int(lost[order.index("chunker")]), int((~met).sum()))
    gained["budget"] = int((_read_whole(flow, needs) & ~met).sum())
    gained["filter"] = int(lost[order.index("filter")])
    return {cause: gained[cause] for cause in CAUSES}


def _by_query(needs: Needs, met: Bools) -> Ints:
    """(n_queries,) how many needs are met."""
    return np.bincount(needs.query[needs.opens][met], minlength=needs.n_queries)


def _read_whole(flow: Flow, needs: Needs) -> Bools:
    """(n_needs,) what is met if all that the ranking holds is read."""
    ranked = flow.ranking.chunk
    if not len(flow.reading.chunks):
        return np.zeros(len(needs), dtype=bool)
    query, place = np.nonzero(ranked >= 0)
    chunk = ranked[query, place]
    row = flow.reading.chunks.reads_wide(ranked)[query, place].astype(np.int64)
    reading = flow.reading
    document = reading.chunks.document[chunk]
    return needs.met(needs.covered(query, document, reading.start[row, chunk], reading.end[row, chunk]))


def _pairs(flow: Flow, needs: Needs) -> Pairs:
    """All chunks that hold evidence, once for each need that they serve, with the alternative they hold most of."""
    chunks = flow.reading.chunks
    piece, chunk = spread(
        np.searchsorted(chunks.document, needs.document, "left"),
        np.searchsorted(chunks.document, needs.document, "right"),
    )
    document = needs.document[piece]
    low, high = needs.place(document, chunks.start[chunk]), needs.place(document, chunks.end[chunk])
    amount = np.minimum(high, needs.end[piece]) - np.maximum(low, needs.start[piece])
    # In millionths of what is required, so that alternatives and needs of different length compare.
    amount = np.minimum(amount, needs.required[piece]) * 1_000_000 // np.maximum(needs.required[piece], 1)
    some = amount > 0
    return Pairs(needs.query[piece][some], chunk[some], needs.need[piece][some], amount[some])


def _all_found(flow: Flow) -> list[Ranking]:
    return [flow.ranking, flow.found, *(ranking for part in flow.parts for ranking in part.rankings)]


def _among(pairs: Pairs, rankings: Iterable[Ranking], n_chunks: int) -> Bools:
    """Which pairs stand in any of the rankings."""
    found = [
        np.arange(len(r.chunk))[:, None] * (n_chunks + 1) + np.where(r.chunk < 0, n_chunks, r.chunk) for r in rankings
    ]
    return np.isin(pairs.query * (n_chunks + 1) + pairs.chunk, np.concatenate([f.ravel() for f in found]))


def _ideal(pairs: Pairs, flow: Flow, needs: Needs) -> Ranking:
    """Each need's best chunk first, then all others by how much they hold."""
    chunks = flow.reading.chunks
    length = chunks.end - chunks.start
    order = np.lexsort((pairs.chunk, length[pairs.chunk], -pairs.amount, pairs.need))
    pairs = Pairs(*(column[order] for column in pairs))
    follows = np.diff(pairs.need, prepend=-1) == 0
    order = np.lexsort((pairs.chunk, length[pairs.chunk], -pairs.amount, follows, pairs.query))
    query, chunk = pairs.query[order], pairs.chunk[order]
    first = np.sort(np.unique(query * max(len(chunks), 1) + chunk, return_index=True)[1])
    query, chunk = query[first], chunk[first]
    place = np.arange(len(query)) - np.searchsorted(query, query, "left")
    ideal = np.full((needs.n_queries, int(place.max(initial=0)) + 1), -1, dtype=np.int32)
    ideal[query, place] = chunk
    return Ranking(ideal, np.where(ideal >= 0, _FAR, -np.inf))
