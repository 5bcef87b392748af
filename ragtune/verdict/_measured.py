"""What a verdict rests on: scores, and costs, of every configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ragtune.errors import InputError, suggest
from ragtune.types import Floats

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Measured:
    """(n_configurations, n_metrics, n_queries) `scores`, nan where one is missing; the first configuration is the baseline.

    `costs` are (n_configurations,) each, lower is better, nan where unknown. A cost that is also a metric is taken from the
    costs.
    """

    ids: tuple[str, ...]
    metrics: tuple[str, ...]
    better: Mapping[str, Literal["higher", "lower"]]
    scores: Floats
    costs: Mapping[str, Floats] = field(default_factory=dict)

    @cached_property
    def complete(self) -> Mask:
        """(n_configurations,) scored on every query by every metric."""
        return np.asarray(~np.isnan(self.scores).any(axis=(1, 2)))

    def sign(self, measure: str) -> int:
        """1 where more is better, -1 where less is."""
        return -1 if measure in self.costs or self.better.get(measure) == "lower" else 1

    def of(self, metric: str) -> Floats:
        """(n_configurations, n_queries) of a metric, higher is better."""
        if metric not in self.metrics:
            raise InputError(f"the scores have no metric '{metric}'{suggest(metric, self.metrics)}")
        return self.sign(metric) * self.scores[:, self.metrics.index(metric)]

    def level(self, measure: str, queries: Mask) -> Floats:
        """(n_configurations,) a cost, or the mean of a metric over some queries, in its own unit; nan where unknown."""
        if measure in self.costs:
            return np.asarray(self.costs[measure], dtype=np.float64)
        if measure not in self.metrics:
            raise InputError(f"nothing is known of '{measure}'{suggest(measure, [*self.costs, *self.metrics])}")
        means: Floats = self.scores[:, self.metrics.index(measure)][:, queries].mean(axis=1)
        return means
