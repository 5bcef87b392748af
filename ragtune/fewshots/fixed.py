"""The same examples for everybody."""

from __future__ import annotations

import numpy as np
from pydantic import PositiveInt

from ragtune.answers import Examples, Shots
from ragtune.component import register, work
from ragtune.fewshots import Fewshot
from ragtune.fewshots._choosing import allowed, shots
from ragtune.types import Folds, Queries


@register
class Fixed(Fewshot):
    """The first `k` examples of the dataset, for every query alike, but for those of the query's own part.

    A prompt that begins alike for all queries is what providers cache.
    Source: Brown et al. 2020, https://arxiv.org/abs/2005.14165
    """

    k: PositiveInt = 3

    @work(keep="no")
    def choose(self, queries: Queries, examples: Examples, folds: Folds) -> Shots:
        """(n_queries, k)."""
        return shots([np.flatnonzero(row)[: self.k].tolist() for row in allowed(examples, folds)], self.k)
