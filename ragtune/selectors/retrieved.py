"""The tools that retrieval finds."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import PositiveInt

from ragtune.component import Affects, register, work
from ragtune.retrievers import Retriever
from ragtune.selectors import Selector, best, offered
from ragtune.tools import ReadsTools, Requests, Shown, ToolSet
from ragtune.types import Ranking


@register
class Retrieved(ReadsTools, Selector):
    """Shows the `k` tools that a retriever of the RAG half ranks highest by the `fields` of each.

    `min_score`, on the retriever's own scale, shows nothing that scores less, and so nothing at all where nothing fits.
    Tools are few, so all of them are ranked, whatever the retriever's `depth`.
    Source: ragtune
    """

    version: ClassVar[int] = 3

    retriever: Annotated[Retriever, Affects()] = "dense"  # type: ignore[assignment]
    k: Annotated[PositiveInt, Affects({"select"})] = 5
    min_score: Annotated[float | None, Affects({"select"})] = None

    @work(keep="no")
    def select(self, retriever: Ranking, requests: Requests, toolset: ToolSet) -> Shown:
        """The best of those offered."""
        shown = best(retriever, offered(requests, toolset), self.k, self.min_score)
        return self.arranged(shown, toolset, requests)
