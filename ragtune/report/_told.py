"""The verdict in sentences and figures for people who do not know the words of this trade."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ragtune.report._units import count, number, p_value
from ragtune.verdict import Estimate, Gap, Result, Verdict


def headline(verdict: Verdict, designs: int) -> str:
    """What was found, in one sentence or two."""
    label, result = verdict.metric, verdict.result
    pick = number(label, result.pick.mean)
    if result.baseline is None or result.difference is None:
        found = f"The pick reaches {label} {pick}; the baseline could not be scored."
    else:
        found = _against(verdict, pick, number(label, result.baseline.mean), designs)
    return f"{found} {_targets(verdict.gaps)}".strip()


def _against(verdict: Verdict, pick: str, baseline: str, designs: int) -> str:
    label, better = verdict.metric, verdict.better == "higher"
    change = "rises" if better else "falls"
    if verdict.outcome == "same":
        if verdict.gaps and not verdict.feasible:
            return f"No design meets every target; the baseline comes nearest ({label} {pick})."
        return f"Keep the baseline: of {count(designs, 'design')} it is the best choice ({label} {pick})."
    if verdict.outcome == "better":
        return f"There is a better design: {label} {change} from {baseline} to {pick}{_share(verdict.result)}."
    if verdict.outcome == "worse":
        return f"Keep the baseline unless costs decide: its {label} is {baseline}, the pick’s {pick}."
    return (
        f"No design was shown to beat the baseline: the pick has {label} {pick} against {baseline}, which may be luck."
    )


def _share(result: Result) -> str:
    if result.baseline is None or result.difference is None or not result.baseline.mean:
        return ""
    share = 100 * result.difference.mean / abs(result.baseline.mean)
    return f" ({'+' if share > 0 else '−'}{abs(share):,.0f} %)" if abs(share) < 1000 else ""


def _targets(gaps: Sequence[Gap]) -> str:
    missed = [gap.measure for gap in gaps if gap.met is False]
    unknown = [gap.measure for gap in gaps if gap.met is None]
    if not gaps:
        return ""
    if not missed and not unknown:
        return "It meets its target." if len(gaps) == 1 else f"It meets all {len(gaps)} targets."
    told = [f"misses {_listed(missed)}"] if missed else []
    told += [f"nobody knows {_listed(unknown)}"] if unknown and not missed else []
    return (
        f"Of {count(len(gaps), 'target')} it {told[0]}."
        if missed
        else f"Unknown against its target: {_listed(unknown)}."
    )


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def how_sure(verdict: Verdict) -> str:
    """On what the headline rests."""
    n = count(verdict.judge_queries, "query", "queries")
    where = (
        f"on {n} that took turns in choosing and judging ({verdict.folds}-fold cross-validation)"
        if verdict.folds > 1
        else f"on {n} that took no part in choosing"
        if verdict.folds == 0
        else f"on the {n} that it was chosen by"
    )
    result = verdict.result
    if result.difference is None or verdict.outcome == "same":
        return f"Judged {where}."
    p = p_value(result.p)
    found = spread(verdict.metric, result.difference, sign=True)
    told = f"The difference is {found} (95 % interval{', ' + p if p else ''}), {where}."
    if verdict.outcome == "undecided" and result.queries_needed:
        told += f" About {result.queries_needed:,} more queries would settle it."
    return told


def mean_of(estimate: Estimate | None) -> float | None:
    """Its mean, None where it is unknown."""
    return None if estimate is None else estimate.mean


def spread(label: str, estimate: Estimate | None, *, sign: bool = False) -> str:
    """`+0.129, +0.081 to +0.170`."""
    if estimate is None:
        return number(label, None)
    mean = number(label, estimate.mean, sign=sign)
    ends = ends_of(label, estimate, sign=sign)
    return f"{mean}, {ends}" if ends else mean


def ends_of(label: str, estimate: Estimate | None, *, sign: bool = False) -> str:
    """`0.661 to 0.760`, "" where there is no interval."""
    if estimate is None or estimate.low is None or estimate.high is None:
        return ""
    return f"{number(label, estimate.low, sign=sign)} to {number(label, estimate.high, sign=sign)}"


def figures(verdict: Verdict, costs: Sequence[tuple[str, str, float, float]]) -> list[dict[str, str]]:
    """The few numbers that decide. `costs` are (title, label, pick, baseline)."""
    label, result = verdict.metric, verdict.result
    # In a small set the design was chosen anew in each fold: this is what choosing like that delivers.
    chosen = "Pick" if verdict.folds < 2 else "Delivered"
    found = [
        (chosen, label, number(label, result.pick.mean), ends_of(label, result.pick)),
        (
            "Baseline",
            label,
            number(label, mean_of(result.baseline)),
            ends_of(label, result.baseline),
        ),
    ]
    if result.difference is not None and verdict.outcome != "same":
        ends = ends_of(label, result.difference, sign=True)
        found.append(("Difference", label, number(label, result.difference.mean, sign=True), ends))
    told = [{"label": f"{name}, {what}", "value": value, "note": note} for name, what, value, note in found]
    for title, cost, pick, baseline in costs:
        told.append(
            {"label": f"{title}, pick", "value": number(cost, pick), "note": f"baseline {number(cost, baseline)}"}
        )
    return told


def target_rows(gaps: Sequence[Gap]) -> list[dict[str, Any]]:
    """Targets, the largest gap first, as the verdict orders them."""
    return [_target(gap) for gap in gaps]


def _target(gap: Gap) -> dict[str, Any]:
    status = "unknown" if gap.met is None else "met" if gap.met else "missed"
    told = {"unknown": "is not known", "met": "meets it", "missed": "misses it"}[status]
    if gap.met is not None and not gap.sure:
        told += ", not for sure"
    missing = ""
    if gap.met is False and gap.missing is not None and gap.percent is not None:
        missing = f"{number(gap.measure, gap.missing)} ({gap.percent:.0f} %)"
    return {
        "measure": gap.measure,
        "target": gap.target.removeprefix(gap.measure).strip().replace(">=", "≥").replace("<=", "≤"),
        "pick": number(gap.measure, mean_of(gap.value)),
        "ends": "" if gap.value is None or gap.value.low == gap.value.high else ends_of(gap.measure, gap.value),
        "baseline": number(gap.measure, gap.baseline),
        "gap": missing or ("–" if status == "unknown" else "none"),
        "status": status,
        "told": told,
    }
