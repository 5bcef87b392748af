"""A retriever that logs what it is asked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from ragtune.production._log import ArmName, QueryLog, Shown
from ragtune.production._spans import retrieval_span

_Passage = TypeVar("_Passage", bound=Shown, covariant=True)


class Retrieves(Protocol[_Passage]):
    """What has `retrieve`, as a bundle's retriever does."""

    def retrieve(self, query: str, k: int = 10) -> Sequence[_Passage]:
        """The k best passages, best first."""
        ...


@dataclass(frozen=True)
class Answered(Generic[_Passage]):
    """What was found, and the id under which feedback on it is logged."""

    id: str
    passages: tuple[_Passage, ...]
    latency_ms: float


class Logged(Generic[_Passage]):
    """A retriever with a log and a span around every query; it may be shared by threads."""

    def __init__(self, retriever: Retrieves[_Passage], log: QueryLog, *, bundle: str, arm: ArmName) -> None:
        self.retriever, self.log, self.bundle, self.arm = retriever, log, bundle, arm

    def answer(self, query: str, k: int = 10, *, id: str = "", unit: str = "") -> Answered[_Passage]:
        """Retrieve, log, and give the id of the record with the passages."""
        with retrieval_span(self.bundle, k=k, arm=self.arm) as span:
            began = time.perf_counter()
            passages = tuple(self.retriever.retrieve(query, k))
            latency_ms = round((time.perf_counter() - began) * 1000, 3)
            id = self.log.served(query, passages, latency_ms, id=id, bundle=self.bundle, arm=self.arm, unit=unit)
            top = passages[0].score if passages else None
            span.told(query_id=id, results=len(passages), top_score=top, latency_ms=latency_ms)
        return Answered(id, passages, latency_ms)

    def retrieve(self, query: str, k: int = 10) -> list[_Passage]:
        """As the retriever's own, and logged."""
        return list(self.answer(query, k).passages)

    async def aretrieve(self, query: str, k: int = 10) -> list[_Passage]:
        """`retrieve` in a thread."""
        return await asyncio.to_thread(self.retrieve, query, k)


def logged(retriever: Retrieves[_Passage], log: QueryLog, *, bundle: str = "", arm: ArmName = "") -> Logged[_Passage]:
    """Log every query that a retriever answers.

    Args:
        retriever: What has `retrieve`.
        log: Where to.
        bundle: What the retriever is known by; the key of its manifest unless given, where it has one.
        arm: Which of two bundles it is, in an A/B test.
    """
    manifest: Any = getattr(retriever, "manifest", None)
    return Logged(retriever, log, bundle=bundle or str(getattr(manifest, "key", "")), arm=arm)
