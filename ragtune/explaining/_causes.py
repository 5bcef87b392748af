"""Why a piece of evidence did not reach the context: exactly one cause for each need that is not met.

A need is met when all visible characters of one of its spans (for a whole document: any of them) are in the context. For
one that is not, the first of these that holds is the cause:

1. `chunker`     no chunk, as it may be read, holds the evidence whole: it was cut apart.
2. `reranker`    the context, packed from the ranking as it was before reranking, would have met the need; or a chunk with
                 the evidence stood in that ranking, and the reranker did not hand it on.
3. `fusion`      the context, packed from one of the retriever's parts alone, would have met it; or a chunk with the
                 evidence stood in a part's ranking, and does not stand in the retriever's.
4. `retriever`   no chunk that holds the evidence is in the ranking, however deep.
5. `filter`      the context without its thresholds and its bound on chunks per document would have met it.
6. `budget`      what is left: a chunk that holds it was ranked, but too low for the context to get there.

"The evidence" is any of the need's alternatives. The order is part of the definition: it makes the causes exclusive, and
the last one makes them exhaustive, so that they add up to all that is lost.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ragtune.explaining._flow import Flow, Part, Reading, covered, packed
from ragtune.explaining._needs import Bools, Held, Needs
from ragtune.types import Floats, Ints, Ranking

CAUSES = {
    "chunker": "cut by the chunker",
    "retriever": "not found by the retriever",
    "fusion": "lost in fusion",
    "reranker": "dropped by the reranker",
    "filter": "left out by a threshold",
    "budget": "over budget",
}
"""Cause -> what it is called, in the order in which text flows."""
MET = -1


@dataclass(frozen=True)
class Losses:
    """What became of each need, (n_needs,): `cause` is -1 where it is met, else a place in `CAUSES`.

    `wanted` and `kept` are visible characters of evidence in spans; `share` what the context brings of the evidence, 0
    to 1; `uncut` the greatest share that one chunk holds; `piece` the alternative that these speak of.
    """

    cause: Ints
    wanted: Ints
    kept: Ints
    piece: Ints
    share: Floats
    uncut: Floats

    @property
    def lost(self) -> Ints:
        """(n_needs,) visible characters that did not reach the context."""
        return self.wanted - self.kept


def losses(flow: Flow, needs: Needs) -> Losses:
    """Find the cause of every loss, all queries at once."""
    amount = covered(needs, flow.contexts)
    piece = needs.closest(amount)
    spans = flow.contexts
    wanted, kept = needs.characters((spans.query, spans.document, spans.start, spans.end), piece)
    one_chunk = flow.reading.held_by_any(needs)
    best = needs.closest(one_chunk)
    cause = np.full(len(needs), list(CAUSES).index("budget"))
    # From the last rule to the first, so that the first that holds is what stays.
    for name, holds in reversed(list(_rules(flow, needs, one_chunk).items())):
        cause[holds] = list(CAUSES).index(name)
    cause[needs.met(amount)] = MET
    return Losses(cause, wanted, kept, piece, needs.share(amount)[piece], needs.share(one_chunk)[best])


def _rules(flow: Flow, needs: Needs, one_chunk: Ints) -> dict[str, Bools]:
    """Cause -> (n_needs,) whether its rule holds, in the order in which the rules are tried."""
    nothing = np.zeros(len(needs), dtype=bool)
    final, found = whole(flow.reading, flow.ranking, needs), whole(flow.reading, flow.found, needs)
    rules = {"chunker": ~needs.met(one_chunk), "reranker": nothing}
    if flow.reranked:
        rules["reranker"] = packed(needs, flow.pack(flow.found)) | (found & ~final)
    in_part, part_packs = nothing, nothing
    for ranking in (ranking for part in flow.parts for ranking in part.rankings):
        in_part = in_part | whole(flow.reading, ranking, needs)
        part_packs = part_packs | packed(needs, flow.pack(ranking))
    rules["fusion"] = part_packs | (in_part & ~found)
    rules["retriever"] = ~final
    rules["filter"] = packed(needs, flow.unfiltered(flow.ranking)) if flow.unfiltered else nothing
    return rules


def whole(reading: Reading, ranking: Ranking, needs: Needs) -> Bools:
    """(n_needs,) whether one chunk of a ranking holds the evidence whole."""
    return needs.met(reading.held_by(ranking, needs).amount)


def standing(reading: Reading, part: Part, needs: Needs) -> tuple[Ints, Floats]:
    """(n_needs,) the first rank of the chunk that holds most of each need's evidence, 0 for none, and the share it holds."""
    held = [reading.held_by(ranking, needs) for ranking in part.rankings]
    best = held[0]
    for other in held[1:]:
        better = (other.amount > best.amount) | ((other.amount == best.amount) & (other.rank < best.rank))
        best = Held(np.where(better, other.amount, best.amount), np.where(better, other.rank, best.rank))
    share = needs.share(best.amount)
    far = np.where(best.rank > 0, best.rank, np.iinfo(np.int64).max)
    chosen = np.lexsort((far, -share, needs.need))[needs.opens]
    return best.rank[chosen], share[chosen]
