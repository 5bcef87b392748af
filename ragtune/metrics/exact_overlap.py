"""What an approximate search loses."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import PositiveInt

from ragtune.component import register
from ragtune.metrics._search import JudgedSearch, SearchMetric
from ragtune.types import Floats


@register
class ExactOverlap(SearchMetric):
    """exact_overlap@k: share of the exact search's first k chunks that are among the retriever's first k.

    ANN-Benchmarks' recall (Aumüller et al. 2020), of whatever the retriever is: a hybrid is held against the hybrid with
    exact search in it. 1 for a retriever without an approximate index, and where the exact search finds nothing.
    """

    symbol: ClassVar[str] = "exact_overlap"

    k: PositiveInt = 10
    """The last rank that counts."""

    def compare(self, judged: JudgedSearch) -> Floats:
        """(n_queries,) float64, 0 to 1."""
        rows = zip(judged.exact.chunk[:, : self.k].tolist(), judged.found.chunk[:, : self.k].tolist(), strict=True)
        return np.array([_share({*exact} - {-1}, {*found}) for exact, found in rows], dtype=np.float64)


def _share(exact: set[int], found: set[int]) -> float:
    return len(exact & found) / len(exact) if exact else 1.0
