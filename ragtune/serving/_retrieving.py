"""A retriever behind workers."""

from __future__ import annotations

import logging
import time
from functools import partial
from typing import TYPE_CHECKING

from ragtune.serving._models import Found, Packed, Ranked, Retrieves, Served
from ragtune.serving._workers import Workers

if TYPE_CHECKING:
    from ragtune.bundling import Passage

log = logging.getLogger("ragtune.serving")


class Retrieving:
    """Asks a retriever in a worker's thread; `served` is told what was found."""

    def __init__(self, retriever: Retrieves, workers: Workers, served: Served | None = None) -> None:
        self._retriever, self._served = retriever, served
        self.workers = workers

    async def ranked(self, query: str, k: int) -> Ranked:
        """The k best passages."""
        return await self.workers.run(partial(self._ranked, query, k))

    async def packed(self, query: str) -> Packed:
        """What a prompt is given."""
        return await self.workers.run(partial(self._packed, query))

    def _ranked(self, query: str, k: int) -> Ranked:
        began = time.perf_counter()
        found = self._retriever.retrieve(query, k)
        return Ranked(id=self._tell(query, found, began), passages=[Found.of(passage) for passage in found])

    def _packed(self, query: str) -> Packed:
        began = time.perf_counter()
        found = self._retriever.context(query)
        id = self._tell(query, list(found.passages), began)
        passages = [Found.of(passage) for passage in found.passages]
        return Packed(id=id, text=found.text, tokens=found.tokens, passages=passages)

    def _tell(self, query: str, found: list[Passage], began: float) -> str:
        latency_ms = (time.perf_counter() - began) * 1000
        if self._served is None:
            return ""
        try:
            return self._served(query, found, latency_ms)
        except Exception:
            log.exception("a query could not be logged")
            return ""
