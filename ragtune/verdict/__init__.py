"""From scores and costs to a decision: the pick, what it gains over the baseline, how sure that is, and what is missing."""

from __future__ import annotations

from ragtune.verdict._front import pareto
from ragtune.verdict._judge import judge
from ragtune.verdict._measured import Measured
from ragtune.verdict._values import Estimate, Gap, Result, Standing, Verdict, Winner

VERSION = 2
"""Goes up when equal scores come to another verdict."""

__all__ = ["VERSION", "Estimate", "Gap", "Measured", "Result", "Standing", "Verdict", "Winner", "judge", "pareto"]
