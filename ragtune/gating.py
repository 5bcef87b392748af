"""The gate: is a design no worse than before by more than a margin, and does it meet its targets?"""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ragtune.comparing import Matched, match, paired
from ragtune.designs import Design
from ragtune.errors import InputError, suggest
from ragtune.objectives import COSTS, Target
from ragtune.stats import NonInferiority, non_inferiority

MARGIN = 0.01
"""For a metric to maximize that lies between 0 and 1, unless another is stated."""
ENOUGH = 0.5
"""The share of the baseline's queries that must still be there: what was left out may be what got worse."""


@dataclass(frozen=True)
class Check:
    """One thing that was demanded; `told` says what was shown, or why it failed."""

    name: str
    passed: bool
    told: str


@dataclass(frozen=True)
class Gate:
    """All checks of a design. `queries` are those on which it was compared, 0 without a baseline."""

    candidate: str
    baseline: str | None
    queries: int
    notes: tuple[str, ...]
    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether everything that was demanded was shown."""
        return all(check.passed for check in self.checks)

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {"passed": self.passed, **asdict(self)}


def gate(candidate: Design, baseline: Design | None, margins: Mapping[str, float], *, seed: int = 0) -> Gate:
    """Check a design against a baseline, by margins, and against its own targets.

    Args:
        candidate: What shall be let through.
        baseline: What it must not be worse than; None checks the targets alone.
        margins: Metric -> by how much it may be worse, in the metric's unit. The metric to maximize is always checked,
            by `MARGIN` unless it is named and where that makes sense.
        seed: Of the resampling.

    Raises:
        InputError: a margin or a target is not right, or there is nothing to check.
    """
    targets = [_target(measure, text) for measure, text in candidate.targets.items()]
    if baseline is None and not targets:
        raise InputError(f"there is nothing to check: {candidate.study} has no targets, and no --baseline is given")
    if baseline is None and margins:
        raise InputError("a margin is for a comparison: give --baseline too")
    checks = [_scored(candidate)]
    matched = Matched((), 0, ())
    if baseline is not None:
        demanded = _margins(candidate, baseline, margins)
        matched = match(baseline, candidate)
        checks.append(_enough(baseline, matched))
        if matched.queries:
            checks += [_no_worse(candidate, baseline, matched, m, margin, seed) for m, margin in demanded.items()]
    checks += [_met(candidate, target) for target in targets]
    label = None if baseline is None else baseline.label
    return Gate(candidate.label, label, len(matched.queries), matched.notes, tuple(checks))


def _target(measure: str, text: str) -> Target:
    try:
        return Target.parse(measure, str(text))
    except ValueError as error:
        raise InputError(f"target {measure}: {error}") from None


def _margins(candidate: Design, baseline: Design, margins: Mapping[str, float]) -> dict[str, float]:
    for metric, margin in margins.items():
        if metric not in candidate.metrics:
            hint = "; a cost is no metric: give it a target" if metric in COSTS else suggest(metric, candidate.metrics)
            raise InputError(f"--margin: {candidate.study} has no metric '{metric}'{hint}")
        if not (math.isfinite(margin) and margin > 0):
            raise InputError(
                f"--margin: {metric} must be above 0: no finite number of queries shows 'not worse at all'"
            )
    main = candidate.maximize
    if main in margins:
        return dict(margins)
    values = [d.values[d.metrics.index(main)] for d in (candidate, baseline) if main in d.metrics]
    if any(np.nanmin(v, initial=0) < 0 or np.nanmax(v, initial=0) > 1 for v in values):
        raise InputError(f"state by how much {main} may be worse, in its own unit: --margin {main}=…")
    return {main: MARGIN, **margins}


def _scored(candidate: Design) -> Check:
    total = len(candidate.queries)
    return Check("scored", candidate.scored == total > 0, f"scored on {candidate.scored} of {total} queries")


def _enough(baseline: Design, matched: Matched) -> Check:
    total = len(baseline.queries)
    told = f"{matched.common} of the baseline's {total} queries are there, {len(matched.queries)} of them count"
    enough = bool(matched.queries) and matched.common >= ENOUGH * total
    return Check("queries", enough, told if enough else f"{told}: too few to compare; write the baseline anew")


def _no_worse(candidate: Design, baseline: Design, matched: Matched, metric: str, margin: float, seed: int) -> Check:
    name = f"no worse: {metric}"
    if metric not in baseline.metrics:
        return Check(name, False, f"{metric} was never measured in the baseline {baseline.label}")
    before, after = baseline.of(metric, matched.queries), candidate.of(metric, matched.queries)
    if np.isnan(before).any() or np.isnan(after).any():
        return Check(name, False, f"{metric} was not scored on all {len(before)} queries")
    sign = -1.0 if candidate.better[metric] == "lower" else 1.0
    gains = sign * paired(before, after)
    found = non_inferiority(gains, margin, seed=seed)
    head = f"{metric} {after.mean():.4f}, before {before.mean():.4f}"
    return Check(name, found.passed, f"{head}; {_verdict(found, len(gains))}")


def _verdict(found: NonInferiority, n: int) -> str:
    if math.isnan(found.low):
        return f"{n} query shows nothing"
    if found.passed:
        return f"{found.difference:+.4f}, with 95 % at least {found.low:+.4f}; margin {found.margin:g}"
    ends = f"{found.difference:+.4f} [{found.low:+.4f}, {found.high:+.4f}], margin {found.margin:g}"
    if found.inferior:
        return f"worse: {ends}"
    needed = _queries_for(found, n)
    more = f"; about {needed:,} queries like these would" if needed else ""
    return f"{n} queries do not show that it is no worse: {ends}{more}"


def _queries_for(found: NonInferiority, n: int) -> int | None:
    """About how many queries would pass, the difference staying as it is; the interval narrows as their root."""
    spare = found.difference + found.margin
    if spare <= 0:
        return None
    needed = math.ceil(n * ((found.difference - found.low) / spare) ** 2) + 1
    return needed if n < needed <= 1_000_000 else None


def _met(candidate: Design, target: Target) -> Check:
    name = f"target: {target}"
    value = _level(candidate, target.measure)
    if value is None:
        return Check(name, False, f"{target.measure} was never measured, so {target} is not shown")
    met = value >= target.bound if target.at_least else value <= target.bound
    short = "" if met else f", missed by {abs(value - target.bound):.4g}"
    return Check(name, bool(met), f"{target.measure} is {value:.4g}, target {target.spec()}{short}")


def _level(candidate: Design, measure: str) -> float | None:
    """A cost, or a metric's mean over the queries that took no part in choosing the design."""
    if measure in candidate.costs:
        return candidate.costs[measure]
    if measure not in candidate.metrics:
        return None
    queries = [query for query in candidate.queries if not candidate.held_out or query in candidate.held_out]
    value = float(candidate.of(measure, queries).mean()) if queries else math.nan
    return None if math.isnan(value) else value


def junit(found: Gate) -> str:
    """JUnit's XML, as CI servers read it: a test case a check."""
    failed = [check for check in found.checks if not check.passed]
    counts = {"tests": str(len(found.checks)), "failures": str(len(failed)), "errors": "0", "skipped": "0"}
    root = ET.Element("testsuites", {"name": "ragtune", **counts})
    suite = ET.SubElement(root, "testsuite", {"name": _xml(f"ragtune check {found.candidate}"), **counts})
    for check in found.checks:
        case = ET.SubElement(suite, "testcase", {"classname": "ragtune.check", "name": _xml(check.name)})
        if not check.passed:
            failure = ET.SubElement(case, "failure", {"message": _xml(check.told), "type": "ragtune"})
            failure.text = _xml(check.told)
    output = ET.SubElement(suite, "system-out")
    output.text = _xml("\n".join(_lines(found)))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _lines(found: Gate) -> Iterator[str]:
    yield f"{found.candidate} against {found.baseline or 'its targets'}"
    yield from (f"note: {note}" for note in found.notes)
    yield from (f"{'ok' if check.passed else 'FAILED'}: {check.told}" for check in found.checks)


def _xml(text: str) -> str:
    """Without what XML 1.0 cannot hold."""
    return "".join(
        c if c in "\t\n" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff" else "?" for c in text
    )
