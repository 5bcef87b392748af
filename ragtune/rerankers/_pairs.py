"""Pairs of a query and a chunk, as the row memo knows them: by both texts, whoever brought them together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ragtune.component import RowMemo, RowModel
from ragtune.errors import StepError
from ragtune.types import Chunks, Corpus, Floats, Ints, Queries, Ranking, Value


@dataclass(frozen=True, eq=False)
class PairScores(Value):
    """(n_queries, n_candidates) float64: a model's score of each candidate, -inf where there is none."""

    score: Floats


class BadPairError(StepError):
    """A model made nothing useful of one pair."""

    def __init__(self, message: str, query: str, text: str) -> None:
        self.query = query
        self.text = text
        super().__init__(message)


@dataclass(frozen=True, eq=False)
class Pairs:
    """The pairs of a ranking, query by query: `query` and `column` are (n_pairs,) places in it, `texts` the rows' texts."""

    shape: tuple[int, int]
    query: Ints
    column: Ints
    chunk: Ints
    texts: list[str]

    @classmethod
    def of(cls, ranking: Ranking, chunks: Chunks, corpus: Corpus, queries: Queries) -> Pairs:
        """All pairs of a ranking; a chunk is read as it was indexed, after its header."""
        query, column = np.nonzero(ranking.chunk >= 0)
        chunk = ranking.chunk[query, column]
        unique, which = np.unique(chunk, return_inverse=True)
        texts = texts_of(unique, chunks, corpus)
        rows = zip(query.tolist(), which.reshape(-1).tolist(), strict=True)
        shape = ranking.chunk.shape
        return cls((shape[0], shape[1]), query, column, chunk, [join(queries.texts[q], texts[c]) for q, c in rows])

    def rows(self, memo: RowMemo, load: Callable[[], RowModel], chunks: Chunks, corpus: Corpus) -> list[bytes]:
        """A row of the model for each pair; an error about a pair is told with the chunk's id."""
        try:
            return memo.rows(self.texts, load)
        except BadPairError as error:
            i = self.texts.index(join(error.query, error.text))
            chunk = chunks.id(int(self.chunk[i]), corpus)
            raise StepError(f"{error} for the query {error.query[:60]!r} and the chunk {chunk}") from error

    def scores(self, values: NDArray[np.floating]) -> PairScores:
        """One value a pair, put where the pair is in the ranking."""
        score = np.full(self.shape, -np.inf)
        score[self.query, self.column] = values
        return PairScores(score)


def texts_of(which: Ints, chunks: Chunks, corpus: Corpus) -> list[str]:
    """The indexed texts of some chunks, without making those of all."""
    header = chunks.header[which] if len(chunks.header) else chunks.header
    some = Chunks(chunks.document[which], chunks.start[which], chunks.end[which], header=header, headers=chunks.headers)
    return some.indexed_texts(corpus)


def join(query: str, text: str) -> str:
    """A pair as one text that no other pair has: the query's length tells where it ends."""
    return f"{len(query)}:{query}{text}"


def split(pair: str) -> tuple[str, str]:
    """The inverse of `join`."""
    length, _, both = pair.partition(":")
    return both[: int(length)], both[int(length) :]
