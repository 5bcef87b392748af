"""Base of the measures of calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Literal

import numpy as np

from ragtune.metrics._metric import Level, Metric
from ragtune.metrics._tools import JudgedCalls
from ragtune.tools.matching import Judgement
from ragtune.types import Floats


class CallMetric(Metric):
    """Base of the measures of the calls that were made; nan for a case without a reply."""

    takes_cutoff: ClassVar[bool] = False

    @property
    def level(self) -> Level:
        """The calls."""
        return "call"


class ErrorMetric(CallMetric):
    """Base of the kinds of error: the share of cases in which an error of the kind was made; several may be made in one."""

    better: ClassVar[Literal["higher", "lower"]] = "lower"
    error: ClassVar[str] = ""
    """The kind, as `ragtune.tools.matching` calls it."""

    def score(self, judged: JudgedCalls) -> Floats:  # type: ignore[override]
        """(n_cases,) float64, 0 or 1."""
        return per_case(judged, lambda found: float(any(error.kind == self.error for error in found.errors)))


def per_case(judged: JudgedCalls, measure: Callable[[Judgement], float], *, strict: bool = False) -> Floats:
    """(n_cases,) a number for each judgement; nan where there is no reply."""
    judgements = judged.strict_judgements if strict else judged.judgements
    return np.where(judged.failed, np.nan, np.array([measure(found) for found in judgements], dtype=np.float64))
