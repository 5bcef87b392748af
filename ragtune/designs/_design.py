"""A configuration, known by its scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ragtune.types import Floats


@dataclass(frozen=True, eq=False)
class Design:
    """One configuration of one study: (n_metrics, n_queries) float64 `values`, nan where it could not be scored.

    `chosen_among` is how many configurations it was chosen from by these scores, 1 if it was named; `held_out` are the
    queries that took no part in choosing it. `costs` leaves out what is unknown, `texts` what is not kept. `noise` is how
    far designs are from themselves, by metric, where that was measured.
    """

    study: str
    id: str
    role: str
    slots: Mapping[str, Any]
    dataset: str
    digests: Mapping[str, str]
    maximize: str
    better: Mapping[str, str]
    metrics: tuple[str, ...]
    queries: tuple[str, ...]
    values: Floats
    chosen_among: int = 1
    held_out: frozenset[str] = frozenset()
    targets: Mapping[str, str] = field(default_factory=dict)
    costs: Mapping[str, float] = field(default_factory=dict)
    noise: Mapping[str, float] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """`study:id`, which finds it again."""
        return f"{self.study}:{self.id}"

    @property
    def scored(self) -> int:
        """On how many queries it was scored, by every metric."""
        return int((~np.isnan(self.values)).all(axis=0).sum())

    def of(self, metric: str, queries: Sequence[str]) -> Floats:
        """(n_queries,) scores by a metric on the named queries."""
        at = {query: i for i, query in enumerate(self.queries)}
        scores: Floats = self.values[self.metrics.index(metric), [at[query] for query in queries]]
        return scores
