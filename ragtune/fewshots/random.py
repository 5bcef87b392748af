"""Examples by lot."""

from __future__ import annotations

import hashlib

import numpy as np
from pydantic import NonNegativeInt, PositiveInt

from ragtune.answers import Examples, Shots
from ragtune.component import register, work
from ragtune.fewshots import Fewshot
from ragtune.fewshots._choosing import allowed, shots
from ragtune.types import Folds, Queries


@register
class Random(Fewshot):
    """`k` examples by lot, others for each query: what any way of choosing has to beat. `seed` draws anew.

    The lot falls by the query's text, so that a query has the same examples whatever is asked beside it.
    Source: ragtune
    """

    k: PositiveInt = 3
    seed: NonNegativeInt = 0

    @work(keep="no")
    def choose(self, queries: Queries, examples: Examples, folds: Folds) -> Shots:
        """(n_queries, k)."""
        chosen = []
        for text, row in zip(queries.texts, allowed(examples, folds), strict=True):
            data = f"{self.seed} {text}".encode("utf-8", "surrogatepass")
            rng = np.random.default_rng(int.from_bytes(hashlib.blake2b(data, digest_size=8).digest()))
            places = np.flatnonzero(row)
            chosen.append(rng.permutation(places)[: self.k].tolist())
        return shots(chosen, self.k)
