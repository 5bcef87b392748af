"""First the server, then its tools."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from pydantic import PositiveInt

from ragtune.component import Affects, register, work
from ragtune.retrievers import Retriever
from ragtune.selectors import Selector, best, offered
from ragtune.tools import ReadsTools, Requests, Shown, ToolSet
from ragtune.types import Ranking


@register
class ServerThenTool(ReadsTools, Selector):
    """Ranks servers by the mean score of their best `tools_judged` tools, keeps `servers`, shows the `k` best tools of these.

    Tools without a server are a server of their own.
    Source: hierarchical routing of MCP-Zero (Fei et al. 2025), with servers judged by their tools
    """

    version: ClassVar[int] = 3

    retriever: Annotated[Retriever, Affects()] = "dense"  # type: ignore[assignment]
    servers: Annotated[PositiveInt, Affects({"select"})] = 2
    tools_judged: Annotated[PositiveInt, Affects({"select"})] = 2
    k: Annotated[PositiveInt, Affects({"select"})] = 5

    @work(keep="no")
    def select(self, retriever: Ranking, requests: Requests, toolset: ToolSet) -> Shown:
        """The best tools of the best servers; ties go to the server that comes first."""
        allowed = offered(requests, toolset)
        names = [tool.server or f"\0{tool.id}" for tool in toolset.tools]
        order = list(dict.fromkeys(names))
        server = np.array([order.index(name) for name in names], dtype=np.int64)
        for i, row in enumerate(allowed):
            row &= np.isin(server, self._best_servers(retriever, i, row, server, len(order)))
        return self.arranged(best(retriever, allowed, self.k), toolset, requests)

    def _best_servers(
        self, ranking: Ranking, i: int, allowed: np.ndarray, server: np.ndarray, n_servers: int
    ) -> np.ndarray:
        """Places of the servers kept for one request."""
        tools = ranking.chunk[i]
        there = tools >= 0
        there[there] = allowed[tools[there]]
        of = server[tools[there]]
        scores = ranking.score[i][there]
        together = np.argsort(of, kind="stable")  # best first within a server
        judged = np.empty(len(of), dtype=bool)
        judged[together] = np.arange(len(of)) - np.searchsorted(of[together], of[together]) < self.tools_judged
        total = np.bincount(of[judged], weights=scores[judged], minlength=n_servers)
        count = np.bincount(of[judged], minlength=n_servers)
        mean = np.where(count > 0, total / np.maximum(count, 1), -np.inf)
        return np.argsort(-mean, kind="stable")[: self.servers]
