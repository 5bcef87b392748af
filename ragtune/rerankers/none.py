"""No reranking."""

from __future__ import annotations

from ragtune.component import register, work
from ragtune.rerankers import Reranker
from ragtune.types import Ranking


@register
class NoReranker(Reranker):
    """Leaves the ranking as it is."""

    def ignored(self) -> frozenset[str]:
        """It looks at nothing."""
        return frozenset({"depth"})

    @work(keep="no")
    def rerank(self, ranking: Ranking) -> Ranking:
        """The ranking."""
        return ranking
