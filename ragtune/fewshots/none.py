"""No examples."""

from __future__ import annotations

import numpy as np

from ragtune.answers import Shots
from ragtune.component import register, work
from ragtune.fewshots import Fewshot
from ragtune.types import Queries


@register
class NoExamples(Fewshot):
    """The prompt shows no example (zero-shot).

    Source: ragtune
    """

    @work(keep="no")
    def choose(self, queries: Queries) -> Shots:
        """(n_queries, 0)."""
        return Shots(np.zeros((len(queries.texts), 0), dtype=np.int64))
