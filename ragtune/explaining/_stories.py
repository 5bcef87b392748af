"""One query told from its evidence to its context: who ranked it where, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ragtune.answers import Answer, Reference
from ragtune.explaining._causes import CAUSES, MET, Losses, standing
from ragtune.explaining._flow import Flow, Part
from ragtune.explaining._needs import Needs
from ragtune.explaining._tracing import Traced
from ragtune.types import Floats, Ints

MET_WORD = "packed"


@dataclass(frozen=True)
class Standing:
    """Where one ranking has a need's evidence.

    `rank` is that of the chunk that holds most of it (of equals the first), 0 where none of the `depth` does; `share` is
    what that chunk holds. `stage` is `part` (with its `level` of nesting), `retriever` or `reranker`.
    """

    stage: str
    name: str
    level: int
    rank: int
    depth: int
    share: float


@dataclass(frozen=True)
class Need:
    """One need of a query. `text` is its evidence ("" for a whole document, as `start` and `end` are None).

    `alternatives` says how many pieces of evidence would do; the one told of is that which the context holds most of.
    """

    document: str
    start: int | None
    end: int | None
    text: str
    alternatives: int
    cause: str
    packed_share: float
    uncut_share: float
    standings: tuple[Standing, ...]


@dataclass(frozen=True)
class Story:
    """A query, its score, and its needs; `tokens` is the size of its context.

    `answer` is what was answered, None where nothing answers; `reference` what should have been.
    """

    id: str
    text: str
    score: float
    tokens: int
    needs: tuple[Need, ...]
    answer: Answer | None = None
    reference: Reference | None = None


class Stories:
    """Tells queries one by one; what all of them share is worked out once."""

    def __init__(self, traced: Traced, needs: Needs, losses: Losses) -> None:
        self._traced = traced
        self._needs = needs
        self._losses = losses

    def tell(self, query: int, id: str, score: float) -> Story:
        """The story of the i-th query."""
        rows = np.flatnonzero(self._needs.query[self._needs.opens] == query)
        told = tuple(self._need(int(row)) for row in rows)
        traced, tokens = self._traced, int(self._flow.contexts.tokens[query])
        answer = traced.answers[query] if traced.answers else None
        reference = traced.references[query] if traced.references else None
        return Story(id, traced.queries[query], score, tokens, told, answer, reference)

    @property
    def _flow(self) -> Flow:
        return self._traced.flow

    @cached_property
    def _standings(self) -> list[tuple[str, Part, Ints, Floats]]:
        flow, slots = self._flow, self._traced.components
        stages = [("part", part) for part in flow.parts]
        stages.append(("retriever", Part(slots["retriever"], 0, (flow.found,))))
        if flow.reranked:
            stages.append(("reranker", Part(slots["reranker"], 0, (flow.ranking,))))
        return [(stage, part, *standing(flow.reading, part, self._needs)) for stage, part in stages]

    def _need(self, row: int) -> Need:
        needs, losses = self._needs, self._losses
        piece = int(losses.piece[row])
        document = self._flow.corpus.documents[int(needs.document[piece])]
        whole = bool(needs.whole[piece])
        start, end = int(needs.first[piece]), int(needs.last[piece])
        cause = int(losses.cause[row])
        return Need(
            document=document.id,
            start=None if whole else start,
            end=None if whole else end,
            text="" if whole else document.text[start:end],
            alternatives=int((needs.need == row).sum()),
            cause=MET_WORD if cause == MET else list(CAUSES)[cause],
            packed_share=float(losses.share[row]),
            uncut_share=float(losses.uncut[row]),
            standings=tuple(
                Standing(stage, part.name, part.level, int(rank[row]), part.depth, float(share[row]))
                for stage, part, rank, share in self._standings
            ),
        )
