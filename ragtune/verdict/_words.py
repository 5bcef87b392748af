"""A verdict in words that a manager can read."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from ragtune.splitting import Split
from ragtune.verdict._measured import Mask, Measured
from ragtune.verdict._picking import LIKE, Choice, Rules
from ragtune.verdict._values import Estimate, Gap, Result, Winner


def headline(pick: str, result: Result, choice: Choice, rules: Rules, split: Split, gaps: Sequence[Gap]) -> str:
    """What to do and how sure it is."""
    metric, kept = rules.metric, int(split.confirm.sum())
    where = (
        f"on {kept} queries kept back" if kept else f"on {len(split.fold)} queries, {split.folds}-fold cross-validated"
    )
    missed = _missed(bool(choice.feasible.any()), gaps)
    if result.outcome == "same":
        return f"Keep the baseline ({pick}): {metric} {interval(result.pick)} {where}. {missed}".strip()
    if result.difference is None or result.baseline is None or result.p is None:
        return (
            f"{pick} has {metric} {interval(result.pick)} {where}; the baseline could not be scored. {missed}".strip()
        )
    figures = (
        f"{metric} {number(result.pick.mean)} against {number(result.baseline.mean)}, "
        f"{interval(result.difference, signed=True)}, {p_value(result.p)}, {where}"
    )
    if result.outcome == "better":
        return f"Take {pick}: it beats the baseline ({figures}). {missed}".strip()
    if result.outcome == "worse":
        return f"{pick} is worse than the baseline ({figures}): keep that, unless costs decide. {missed}".strip()
    needed = result.queries_needed
    more = f" About {round_up(needed):,} more queries would settle it." if needed else ""
    return f"{pick} cannot be told from the baseline ({figures}).{more} {missed}".strip()


def _missed(feasible: bool, gaps: Sequence[Gap]) -> str:
    missed = [gap for gap in gaps if gap.met is False]
    unknown = [gap.measure for gap in gaps if gap.met is None]
    told = []
    if not feasible and gaps:
        told.append("No configuration met every target on the queries that choose; this is the nearest.")
    if missed:
        largest = missed[0]
        assert largest.value is not None
        assert largest.missing is not None
        assert largest.percent is not None
        others = f" (and {len(missed) - 1} more)" if len(missed) > 1 else ""
        told.append(
            f"Largest gap{others}: {largest.target} is missed by {number(largest.missing)} "
            f"({largest.percent:.0f} %), at {number(largest.value.mean)}."
        )
    if unknown:
        told.append(f"Unknown: {', '.join(unknown)}.")
    return " ".join(told)


def reason(measured: Measured, choice: Choice, rules: Rules, tune: Mask) -> str:
    """Why this configuration."""
    n, pool = int(tune.sum()), int(choice.feasible.sum())
    if not pool and rules.targets:
        return "No configuration meets every target; this one misses them by the smallest sum of shares."
    among = f"{pool:,} configurations that meet every target" if rules.targets else f"{pool:,} configurations"
    ties = int(choice.tied.sum())
    mean = measured.level(rules.metric, tune)
    best = f"the best {rules.metric} ({number(mean[choice.best])} on the {n} queries that choose)"
    if ties == 1:
        return f"Of {among} this one alone has {best}; all others can be told from it."
    told = f"Of {among}, {ties:,} cannot be told from {best}."
    if rules.give_up != math.inf:
        within = "one standard error" if rules.give_up is None else number(rules.give_up)
        told += f" {choice.near:,} of them lie within {within} of it."
    if choice.decided_by:
        return f"{told} Of these this one is the cheapest by {', then '.join(choice.decided_by)} (within {LIKE:.0%})."
    return f"{told} No cost parts them, so the best mean decides."


def warnings(
    measured: Measured,
    split: Split,
    choice: Choice,
    rules: Rules,
    results: Mapping[str, Result],
    winner: Winner,
    knobs: Mapping[str, Sequence[float | None]],
) -> tuple[str, ...]:
    """What the reader must know before believing it."""
    told, result = [split.note()], results[rules.metric]
    left_out = int((~measured.complete).sum())
    if left_out:
        told.append(f"{left_out:,} of {len(measured.ids):,} configurations were not scored on every query: left out.")
    told.extend(
        f"{target.measure} is not known of any configuration, so its target cannot be met."
        for target in rules.targets
        if np.isnan(measured.level(target.measure, ~split.confirm)[measured.complete]).all()
    )
    if result.room == "saturated":
        told.append(f"{rules.metric} is saturated: the best mean is nearly 1, so it tells little apart. Ask harder.")
    if result.room == "floor":
        told.append(f"{rules.metric} is nearly 0 everywhere: check the ground truth before the designs.")
    if rules.noise and result.difference and abs(result.difference.mean) <= rules.noise and result.outcome != "same":
        told.append(f"The difference is within the noise floor of {number(rules.noise)}: it counts as none.")
    if measured.sign(rules.metric) * winner.curse > 0.001 + 0.01 * abs(winner.naive):
        told.append(
            f"The best {rules.metric} of {number(winner.naive)} is partly luck: "
            f"expect {number(winner.corrected)} on other queries."
        )
    told.extend(losses(results))
    told.extend(edges(choice, knobs))
    return tuple(text for text in told if text)


def losses(results: Mapping[str, Result]) -> list[str]:
    """What the pick's approximate search loses against the exact one."""
    return [
        f"The pick searches approximately: of what exact search finds first it finds {interval(result.pick)} ({metric})."
        for metric, result in results.items()
        if metric.startswith("exact_overlap") and result.pick.mean < 1
    ]


def edges(choice: Choice, knobs: Mapping[str, Sequence[float | None]]) -> list[str]:
    """Knobs of which all that is tied has the smallest or the greatest value that was tried, of at least three."""
    told = []
    for knob, column in knobs.items():
        tried = sorted({value for value in column if value is not None})
        tied = {column[i] for i in np.flatnonzero(choice.tied).tolist()}
        if len(tried) >= 3 and len(tied) == 1 and column[choice.pick] in (tried[0], tried[-1]):
            end = "smallest" if column[choice.pick] == tried[0] else "greatest"
            told.append(f"{knob} = {column[choice.pick]:g} is the {end} that was tried: try beyond it.")
    return told


def interval(estimate: Estimate, *, signed: bool = False) -> str:
    """`0.712 [0.661, 0.760]`."""
    sign = "+" if signed else ""
    mean = number(estimate.mean, sign)
    if estimate.low is None or estimate.high is None:
        return mean
    return f"{mean} [{number(estimate.low, sign)}, {number(estimate.high, sign)}]"


def number(value: float, sign: str = "") -> str:
    """Three decimals, or as many as a large number needs."""
    return f"{value:{sign},.3f}" if abs(value) < 100 else f"{value:{sign},.0f}"


def p_value(p: float) -> str:
    """`p = 0.031`, `p = 0.0004`."""
    return f"p = {p:.3f}" if p >= 0.001 else f"p = {p:.1g}"


def round_up(n: int) -> int:
    """To two digits that count: what is said with `about` should look it."""
    step: int = 10 ** max(0, len(str(n)) - 2)
    return -(-n // step) * step
