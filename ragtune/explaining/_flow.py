"""What flows through one configuration, as values: what the cascade of causes looks at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ragtune.explaining._needs import Bools, Held, Needs
from ragtune.types import Chunks, Contexts, Corpus, Ints, Judgments, Ranking

Pack = Callable[[Ranking], Contexts]
"""The configuration's context, put on any ranking of its chunks."""


@dataclass(frozen=True)
class Reading:
    """Which text is read of a chunk: row 0 by itself, row 1 when it is read wide; (2, n_chunks) int64 characters."""

    chunks: Chunks
    start: Ints
    end: Ints

    @classmethod
    def of(cls, chunks: Chunks) -> Reading:
        """As the chunks themselves say."""
        wide = len(chunks.wide_start) > 0
        start = np.stack([chunks.start, chunks.wide_start if wide else chunks.start])
        return cls(chunks, start, np.stack([chunks.end, chunks.wide_end if wide else chunks.end]))

    def held_by(self, ranking: Ranking, needs: Needs) -> Held:
        """The most that one chunk of a ranking, as it would be read, holds of each piece of evidence."""
        if not len(self.chunks):
            return Held(*np.zeros((2, len(needs.query)), dtype=np.int64))
        wide = self.chunks.reads_wide(ranking.chunk)
        query, place = np.nonzero(ranking.chunk >= 0)
        chunk, row = ranking.chunk[query, place], wide[query, place].astype(np.int64)
        return needs.best(query, place + 1, self.chunks.document[chunk], self.start[row, chunk], self.end[row, chunk])

    def held_by_any(self, needs: Needs) -> Ints:
        """(n_pieces,) the most that any one chunk can hold."""
        low, high = self.start.min(axis=0), self.end.max(axis=0)
        return needs.best_anywhere(self.chunks.document, low, high)


@dataclass(frozen=True)
class Part:
    """A ranking that the retriever's own is made of; several where one query is asked in several wordings."""

    name: str
    level: int
    rankings: tuple[Ranking, ...]

    @property
    def depth(self) -> int:
        """How many it ranks."""
        return int(self.rankings[0].chunk.shape[1])


@dataclass(frozen=True)
class Flow:
    """One configuration's values. `found` is the retriever's ranking, `ranking` the reranker's; both rank `chunks`.

    `unfiltered` packs as `pack` does but without the knobs that leave chunks out; None where there are none.
    """

    corpus: Corpus
    judgments: Judgments
    reading: Reading
    parts: tuple[Part, ...]
    found: Ranking
    ranking: Ranking
    contexts: Contexts
    pack: Pack
    unfiltered: Pack | None = None

    @property
    def reranked(self) -> bool:
        """Whether the reranker changed any order."""
        return not np.array_equal(self.found.chunk, self.ranking.chunk)


def covered(needs: Needs, contexts: Contexts) -> Ints:
    """(n_pieces,) how much of each piece is in its query's context."""
    return needs.covered(contexts.query, contexts.document, contexts.start, contexts.end)


def packed(needs: Needs, contexts: Contexts) -> Bools:
    """(n_needs,) which needs a context meets."""
    return needs.met(covered(needs, contexts))
