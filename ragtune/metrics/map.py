"""Mean average precision."""

from __future__ import annotations

from typing import ClassVar

from ragtune.component import register
from ragtune.metrics._judged import Judged
from ragtune.metrics._metric import RankMetric
from ragtune.types import Floats


@register
class Map(RankMetric):
    """MAP@k: precision at the rank of each relevant document (or need) found by rank k, divided by how many there are.

    AP@k of ir-measures. Per evidence, precision counts the needs met, and is cut at 1 where one chunk meets several.
    """

    symbol: ClassVar[str] = "MAP"

    def score(self, judged: Judged) -> Floats:
        """(n_queries,) float64, 0 to 1."""
        return judged.found(self.unit).average_precision(self.k)
