"""Pure statistics of scores: (n_configurations, n_queries) float64, higher is better, no nan; all seeded.

Queries are the sample: every interval and test says what other queries of the same kind would show, and compares two
configurations query by query. Per-query differences of retrieval measures are neither normal nor continuous (most are
exactly zero), so everything rests on resampling.
"""

from __future__ import annotations

from ragtune.stats._best import expected_best, tie_set
from ragtune.stats._flips import holm, sign_flip
from ragtune.stats._intervals import Intervals, bootstrap
from ragtune.stats._planning import NonInferiority, non_inferiority, queries_needed, room
from ragtune.stats._ppi import Corrected, corrected

__all__ = [
    "Corrected",
    "Intervals",
    "NonInferiority",
    "bootstrap",
    "corrected",
    "expected_best",
    "holm",
    "non_inferiority",
    "queries_needed",
    "room",
    "sign_flip",
    "tie_set",
]
