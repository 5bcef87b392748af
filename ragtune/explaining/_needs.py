"""What must be found, on one axis of visible characters, and how much of it a ranking or a context holds.

White space is nobody's evidence: chunkers drop it between chunks, and a question is no worse answered for it. So every
position is counted in characters that can be seen, and all amounts are whole numbers that add up exactly.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ragtune.metrics._intervals import Cover, spread
from ragtune.types import Corpus, Floats, Ints, Judgments

Bools = NDArray[np.bool_]
_LAST_SPACE = 0x3000
"""No character beyond is white space."""


class Held(NamedTuple):
    """The most that one chunk of a ranking holds of each piece, and the first rank with so much, from 1; 0 without any."""

    amount: Ints
    rank: Ints


class Needs:
    """The needs of all queries and the pieces of evidence, alternatives to each other, that meet them.

    Pieces are ordered by query and need, (n_pieces,): `query`, `document`, `need`, `whole` (a whole document rather than
    a span), `start` and `end` (visible characters, counted over all documents that hold evidence), and `required`, how
    many of them meet the need: all of a span, any one of a whole document. `opens` is (n_needs,), each need's first.
    """

    def __init__(self, judgments: Judgments, corpus: Corpus) -> None:
        order = np.lexsort((judgments.need, judgments.query))
        self.n_queries = int(judgments.n_queries[0])
        self.query, self.document = judgments.query[order], judgments.document[order]
        self.whole = judgments.start[order] < 0
        self.first = np.where(self.whole, 0, judgments.start[order])
        lengths = np.diff(corpus.offsets)
        self.last = np.where(self.whole, lengths[self.document], judgments.end[order])
        self._lay_out(corpus)
        self.start, self.end = self.place(self.document, self.first), self.place(self.document, self.last)
        length = self.end - self.start
        self.required = np.where(self.whole, np.minimum(length, 1), length)
        need = judgments.need[order]
        begins = np.ones(len(order), dtype=bool)
        begins[1:] = (np.diff(self.query) != 0) | (np.diff(need) != 0)
        self.opens = np.flatnonzero(begins)
        self.need = np.cumsum(begins) - 1

    def __len__(self) -> int:
        return len(self.opens)

    def _lay_out(self, corpus: Corpus) -> None:
        """`_visible[_base[d] + p]` is where position p of document d lies; `_base` is -1 for documents without evidence."""
        self._base = np.full(len(corpus.documents), -1, dtype=np.int64)
        tables, at, reached = [], 0, 0
        for document in np.unique(self.document).tolist():
            table = reached + np.concatenate([[0], np.cumsum(visible(corpus.documents[document].text))])
            self._base[document] = at
            tables.append(table)
            at, reached = at + len(table), int(table[-1])
        self._visible = np.concatenate(tables) if tables else np.zeros(1, dtype=np.int64)
        self.n_visible = reached
        self._lift = self.query * reached
        key = self.query * len(self._base) + self.document
        self._by_document = np.argsort(key, kind="stable")
        self._keys = key[self._by_document]

    def holds_evidence(self, document: Ints) -> Bools:
        """Whether any query has evidence in each document."""
        held: Bools = self._base[document] >= 0
        return held

    def place(self, document: Ints, position: Ints) -> Ints:
        """Positions on the axis, for documents that hold evidence."""
        placed: Ints = self._visible[self._base[document] + position]
        return placed

    def covered(self, query: Ints, document: Ints, start: Ints, end: Ints) -> Ints:
        """(n_pieces,) how much of each piece the spans given to its query hold together."""
        some = self.holds_evidence(document) & (start < end)
        query, document = query[some], document[some]
        lift = query * self.n_visible
        cover = Cover(self.place(document, start[some]) + lift, self.place(document, end[some]) + lift)
        return cover.within(self.start + self._lift, self.end + self._lift)

    def best(self, query: Ints, rank: Ints, document: Ints, start: Ints, end: Ints) -> Held:
        """What is held by one span of many, each given to a query at a rank."""
        some = self.holds_evidence(document) & (start < end)
        query, rank, document = query[some], rank[some], document[some]
        low, high = self.place(document, start[some]), self.place(document, end[some])
        key = query * len(self._base) + document
        row, at = spread(np.searchsorted(self._keys, key, "left"), np.searchsorted(self._keys, key, "right"))
        return self._most(self._by_document[at], rank[row], low[row], high[row])

    def best_anywhere(self, document: Ints, start: Ints, end: Ints) -> Ints:
        """(n_pieces,) what is held by one span of all, given to every query; they are ordered by document."""
        piece, span = spread(
            np.searchsorted(document, self.document, "left"), np.searchsorted(document, self.document, "right")
        )
        low, high = self.place(document[span], start[span]), self.place(document[span], end[span])
        return self._most(piece, np.ones(len(piece), dtype=np.int64), low, high).amount

    def _most(self, piece: Ints, rank: Ints, low: Ints, high: Ints) -> Held:
        shared = np.minimum(high, self.end[piece]) - np.maximum(low, self.start[piece])
        shared = np.minimum(shared, self.required[piece])
        some = shared > 0
        piece, rank, shared = piece[some], rank[some], shared[some]
        order = np.lexsort((rank, -shared, piece))
        piece, rank, shared = piece[order], rank[order], shared[order]
        first = np.flatnonzero(np.diff(piece, prepend=-1))
        amount, place = np.zeros((2, len(self.query)), dtype=np.int64)
        amount[piece[first]], place[piece[first]] = shared[first], rank[first]
        return Held(amount, place)

    def any(self, of_piece: Bools) -> Bools:
        """(n_needs,) whether it holds for any of a need's pieces."""
        return np.logical_or.reduceat(of_piece, self.opens) if len(self) else np.zeros(0, dtype=bool)

    def met(self, amount: Ints) -> Bools:
        """(n_needs,) whether an amount of each piece meets the need."""
        return self.any(amount >= self.required)

    def share(self, amount: Ints) -> Floats:
        """(n_pieces,) an amount of each piece as a share of what is required; all of a piece without a visible character."""
        share: Floats = np.where(
            self.required > 0, np.minimum(amount, self.required) / np.maximum(self.required, 1), 1.0
        )
        return share

    def closest(self, amount: Ints) -> Ints:
        """(n_needs,) the piece of each need of which the greatest share is held, of equals the first."""
        share = self.share(amount)
        closest: Ints = np.lexsort((np.arange(len(share)), -share, self.need))[self.opens]
        return closest

    def characters(self, amount_from: tuple[Ints, Ints, Ints, Ints], chosen: Ints) -> tuple[Ints, Ints]:
        """(n_needs,) visible characters of the chosen spans, and how many of them the given spans hold.

        Text that two needs of a query share is counted with the first. Whole documents are counted as needs only.
        """
        spans = np.flatnonzero(~self.whole[chosen])
        start = (self.start + self._lift)[chosen[spans]]
        end = (self.end + self._lift)[chosen[spans]]
        union = Cover(start, end)
        query, document, low, high = amount_from
        some = self.holds_evidence(document) & (low < high)
        lift = query[some] * self.n_visible
        given = Cover(self.place(document[some], low[some]) + lift, self.place(document[some], high[some]) + lift)
        wanted, held = np.zeros((2, len(self)), dtype=np.int64)
        owner = spans[union.order]
        wanted[owner], held[owner] = union.end - union.start, given.within(union.start, union.end)
        return wanted, held


def visible(text: str) -> Bools:
    """(n_characters,) whether each is anything but white space."""
    return ~np.isin(np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4"), _white_space())


@cache
def _white_space() -> NDArray[np.uint32]:
    return np.array([c for c in range(_LAST_SPACE + 1) if chr(c).isspace()], dtype=np.uint32)
