"""What a verdict says. Plain frozen values that go to JSON and back; None stands for what is not known."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from pydantic import TypeAdapter

Outcome = Literal["better", "worse", "undecided", "same", "unknown"]
"""Of the pick against the baseline, on queries that took no part in choosing it. `same`: the pick is the baseline."""


@dataclass(frozen=True)
class Estimate:
    """A mean over queries and its 95 % interval; the ends are None where one query is all there is."""

    mean: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Standing:
    """One configuration, by the metric to maximize, in the metric's own unit.

    `tune` is the mean on the queries that choose; `judged`, `difference` (to the baseline) and `p` are by those that judge;
    `p_holm` corrects for all configurations. `p_best` (against the best on the queries that choose, corrected likewise)
    takes the best for given; `tied` does not: the best is among the tied with 95 %. `judged` and the rest are None where
    `scored` < `total`.
    """

    id: str
    scored: int
    total: int
    tune: float | None = None
    judged: Estimate | None = None
    difference: Estimate | None = None
    p: float | None = None
    p_holm: float | None = None
    p_best: float | None = None
    tied: bool = False
    feasible: bool = False
    front: bool = False

    @property
    def complete(self) -> bool:
        """Whether it was scored on every query."""
        return self.scored == self.total


@dataclass(frozen=True)
class Result:
    """The pick against the baseline by one metric, on the queries that judge.

    `ties` is the share of queries on which both score the same. `room` says whether the metric leaves any.
    """

    pick: Estimate
    baseline: Estimate | None
    difference: Estimate | None
    p: float | None
    outcome: Outcome
    ties: float | None
    room: Literal["", "saturated", "floor"]
    queries_needed: int | None
    """About how many more queries would settle it, where it is undecided and that can be said."""


@dataclass(frozen=True)
class Gap:
    """A target and the pick. `missing` is in the measure's unit, above 0 where the target is missed; None if unknown."""

    measure: str
    target: str
    bound: float
    value: Estimate | None
    baseline: float | None
    missing: float | None
    percent: float | None
    met: bool | None
    sure: bool
    """Whether all of the interval is on the same side of the bound."""


@dataclass(frozen=True)
class Winner:
    """The configuration with the best mean on the queries that choose: what that mean says and what it is worth.

    `corrected` is what the best one of such a choice scores on other queries; `judged` what this one did score on the
    queries that were kept back, None where none were. The correction is right on average; in a small set it may miss by more
    than it corrects.
    """

    id: str
    naive: float
    corrected: float
    judged: float | None

    @property
    def curse(self) -> float:
        """How much of the mean is luck."""
        return self.naive - self.corrected


@dataclass(frozen=True)
class Verdict:
    """What a sweep comes to. `standings` are in the order of the configurations, the baseline first.

    With `folds`, no queries were kept back: `results` are those of the choice made anew on the other folds for each fold's
    queries, and `standings` are by all queries.
    """

    headline: str
    reason: str
    warnings: tuple[str, ...]
    metric: str
    better: Literal["higher", "lower"]
    tune_queries: int
    judge_queries: int
    folds: int
    baseline: str
    pick: str
    outcome: Outcome
    results: dict[str, Result]
    winner: Winner
    gaps: tuple[Gap, ...]
    """Largest first, by percent of the bound."""
    feasible: int
    nearest: tuple[str, ...]
    """Where nothing meets every target: the configurations that miss by least."""
    tied: tuple[str, ...]
    """Best first."""
    front: tuple[str, ...]
    front_measures: tuple[str, ...]
    standings: tuple[Standing, ...]
    intervals: dict[str, tuple[Estimate | None, ...]]
    """Metric -> a mean and interval for each configuration, on the queries that judge."""

    @property
    def result(self) -> Result:
        """By the metric to maximize."""
        return self.results[self.metric]

    def standing(self, id_: str) -> Standing:
        """Of one configuration."""
        return next(each for each in self.standings if each.id == id_)

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        found: dict[str, Any] = _adapter().dump_python(self, mode="json")
        return found

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Verdict:
        """The inverse of `as_json`."""
        return _adapter().validate_python(value, strict=False)


@cache
def _adapter() -> TypeAdapter[Verdict]:
    from pydantic import TypeAdapter

    return TypeAdapter(Verdict)
