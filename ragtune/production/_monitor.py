"""Traffic against the tuning queries, from a log; it may be looked at as often as one likes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ragtune.errors import InputError
from ragtune.production._drift import FEWEST, Finding, compare
from ragtune.production._drop import FEWEST as SCORED
from ragtune.production._drop import SOUGHT, Drop, judge_drop, judge_promise
from ragtune.production._profile import Profile, embedded, normal, scores_of, top_score
from ragtune.production._records import Log, Served
from ragtune.types import Floats

Embed = Callable[[Sequence[str]], NDArray[np.float32]]
WINDOW = 500
"""Queries of a window; windows follow each other and are tested once each, when they are full."""


@dataclass(frozen=True)
class Window:
    """What was found of one window of queries, by tests which together err with probability `alpha`."""

    number: int
    begins: datetime
    ends: datetime
    distinct: int
    alpha: float
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Monitoring:
    """What traffic is like, what has drifted, and whether it is time to tune again.

    `latency_ms` and `tuned_latency_ms` have percentiles 50, 95 and 99; None where none is known. `nothing_found` is the share
    of queries without a passage. `drop` is None where too few queries were scored. `reasons` say why to tune again; there
    are none where nothing has changed for sure. `notes` say what could not be looked at.
    """

    queries: int
    distinct: int
    begins: datetime
    ends: datetime
    latency_ms: tuple[float, float, float] | None
    tuned_latency_ms: tuple[float, float, float] | None
    nothing_found: float
    windows: tuple[Window, ...]
    waiting: int
    metric: str
    drop: Drop | None
    reasons: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def retune(self) -> bool:
        """Whether to tune again."""
        return bool(self.reasons)

    def as_json(self) -> dict[str, Any]:
        """As JSON values."""
        told = asdict(self) | {"retune": self.retune, "begins": self.begins.isoformat(), "ends": self.ends.isoformat()}
        told["windows"] = [
            each | {"begins": each["begins"].isoformat(), "ends": each["ends"].isoformat()} for each in told["windows"]
        ]
        return told


def monitor(
    log: Log,
    profile: Profile,
    *,
    window: int = WINDOW,
    level: float = 0.95,
    metric: str = "",
    promise: float | None = None,
    embed: Embed | None = None,
) -> Monitoring:
    """Compare a log with a profile.

    Traffic is cut into windows of so many queries. The k-th has α / k(k + 1) of the probability to err, which adds up to α over
    windows without end, so that a false alarm is ever raised with probability 1 - `level` at most, however often a growing
    log is looked at. Where queries can be scored, half of α is for a drop of the scores. Queries that are asked more than
    once in a window count once in its tests.

    Args:
        log: What was served.
        profile: Of the tuning queries, or of earlier traffic.
        window: Queries of a window.
        level: How often there is never a false alarm.
        metric: The measure among the log's scores that is looked at; the profile's unless given.
        promise: A mean that the scores are to have, to hold them against in place of the tuning queries'.
        embed: Makes vectors of texts as the profile's were made; the profile's embedder unless given.

    Raises:
        InputError: the log has no query, or none that the profile's bundle answered.
    """
    if window < FEWEST:
        raise InputError(f"a window has at least {FEWEST} queries, not {window}")
    notes = log.notes
    served = _of_bundle(log, profile, notes)
    held = promise is not None or len(profile.values) >= SCORED
    alpha = (1 - level) / 2 if held else 1 - level
    made = embed or (lambda texts: embedded(texts, profile.embedder))
    windows = tuple(_windows(served, profile, window, alpha, made))
    metric, drop = _quality(
        log, served, metric or profile.metric, profile.values if promise is None else promise, alpha, notes
    )
    latencies = [one.latency_ms for one in served if one.latency_ms is not None]
    if without := sum(one.query is None for one in served):
        notes.append(f"{without:,} queries have no text, and are not compared by their vectors")
    return Monitoring(
        queries=len(served),
        distinct=len({normal(one.query) or one.id for one in served}),
        begins=min(one.time for one in served),
        ends=max(one.time for one in served),
        latency_ms=_percentiles(latencies),
        tuned_latency_ms=_percentiles(profile.latency_ms.tolist()),
        nothing_found=sum(not one.results for one in served) / len(served),
        windows=windows,
        waiting=window - len(served) % window,
        metric=metric,
        drop=drop,
        reasons=tuple(_reasons(windows, metric, drop)),
        notes=tuple(notes),
    )


def _of_bundle(log: Log, profile: Profile, notes: list[str]) -> list[Served]:
    """The queries that the profile's bundle answered, as they were written, so that windows never change."""
    if not log.served:
        raise InputError("the log has no query")
    known = [one for one in log.served if not profile.key or one.bundle in ("", profile.key)]
    if not known:
        raise InputError(
            f"no query of the log was answered by bundle {profile.key[:12]}; name the bundle that answered, or earlier traffic"
        )
    if others := len(log.served) - len(known):
        notes.append(f"{others:,} queries were answered by other bundles, and are left out")
    return known


def _windows(served: Sequence[Served], profile: Profile, size: int, alpha: float, embed: Embed) -> Iterator[Window]:
    for number, start in enumerate(range(0, len(served) - size + 1, size), start=1):
        part = served[start : start + size]
        distinct = list({normal(one.query) or one.id: one for one in part}.values())
        texts = [one.query for one in distinct if one.query]
        share = alpha / (number * (number + 1))
        findings = compare(
            profile,
            embed(texts) if len(texts) >= FEWEST else None,
            np.array([top_score(one) for one in distinct]),
            np.array([bool(one.results) for one in distinct]),
            alpha=share,
            seed=number,
        )
        yield Window(number, part[0].time, part[-1].time, len(distinct), share, tuple(findings))


def _quality(
    log: Log, served: Sequence[Served], metric: str, before: Floats | float, alpha: float, notes: list[str]
) -> tuple[str, Drop | None]:
    known = {one.id for one in served}
    kept = tuple(record for record in log.records if getattr(record, "id", "") in known)
    metric, values = scores_of(Log(kept), metric)
    if not len(values):
        return metric, None
    if isinstance(before, float):
        return metric, judge_promise(values, before, level=1 - alpha)
    drop = judge_drop(values, before, level=1 - alpha)
    if drop is None:
        notes.append(
            f"{len(values):,} queries are scored by {metric}, and {len(before):,} tuning queries are: too few, as either are "
            f"to be {SCORED}; --promise needs no tuning queries"
        )
    elif drop.least > SOUGHT:
        notes.append(
            f"with {len(before):,} tuning queries, no drop of {metric} below {drop.least:.2f} can be told from chance, "
            "however many are scored; --promise, or more tuning queries, can"
        )
    return metric, drop


def _percentiles(values: Sequence[float]) -> tuple[float, float, float] | None:
    if not values:
        return None
    p50, p95, p99 = np.percentile(np.array(values), [50, 95, 99]).tolist()
    return p50, p95, p99


def _reasons(windows: Sequence[Window], metric: str, drop: Drop | None) -> Iterator[str]:
    """One for each test that found something, of the window where it first did."""
    told: set[str] = set()
    for window in windows:
        for finding in window.findings:
            if finding.drifted and finding.test not in told:
                told.add(finding.test)
                yield f"{_TOLD[finding.test](finding)}, first in window {window.number}, of {window.begins:%Y-%m-%d}"
    if drop and drop.reached:
        yield (
            f"{metric} has dropped to {drop.mean:.3f} from {drop.before:.3f}, by at least {max(0.0, drop.low):.3f}; it was "
            f"sure after {drop.reached:,} scored queries"
        )


_TOLD = {
    "query vectors": lambda f: (
        f"queries have moved by {f.effect:.0%} of how far the two most unlike halves of the tuned ones lie apart"
    ),
    "unlike queries": lambda f: f"{f.now:.0%} of queries are unlike any tuned one, {f.before:.0%} when tuned",
    "top scores": lambda f: f"best scores have another distribution: median {f.now:.3g}, {f.before:.3g} when tuned",
    "nothing found": lambda f: f"{f.now:.1%} of queries find nothing, {f.before:.1%} when tuned",
}
