"""The verdict for a terminal of 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from ragtune.cli._leaderboard import WIDTH, in_full

if TYPE_CHECKING:
    from ragtune.study import Study
    from ragtune.verdict import Gap, Verdict


def verdict_lines(study: Study, verdict: Verdict) -> Iterator[str]:
    """Headline, why, the design in full, gaps to targets, and what the reader must know."""
    pick = next(row for row in study.leaderboard() if row.id == verdict.pick)
    yield from (click.style(line, bold=True) for line in textwrap.wrap(verdict.headline, WIDTH))
    yield from textwrap.wrap(verdict.reason, WIDTH)
    yield from in_full(pick)
    yield from _timed(study, verdict.pick)
    for gap in verdict.gaps:
        yield _gap(gap)
    for warning in verdict.warnings:
        yield from (click.style(line, fg="yellow") for line in textwrap.wrap(f"note: {warning}", WIDTH))


def _timed(study: Study, id: str) -> Iterator[str]:
    """A request to the pick, or else to the baseline: its steps added up, and run through as a whole."""
    costs, known = study.costs, study.record.get("whole_latency_ms", {})
    baseline = study.scores.configurations[0]
    id = id if id in known else baseline
    whole = known.get(id)
    if whole is None or "latency_p50_ms" not in costs:
        return
    at = study.scores.configurations.index(id)
    whose = " of the baseline" if id == baseline else ""
    added = (float(costs[f"latency_{p}_ms"][at]) for p in ("p50", "p95"))
    told = ", ".join(f"{p} {a:.1f} ({whole[p]:.1f})" for p, a in zip(("p50", "p95"), added, strict=True))
    yield f"  latency{whose}, by steps (whole): {told} ms"


def _gap(gap: Gap) -> str:
    if gap.value is None or gap.missing is None or gap.percent is None:
        return f"  target {gap.target}: unknown"
    value = f"{gap.value.mean:,.4g}"
    if gap.met:
        return click.style(f"  target {gap.target}: met, {value}", fg="green")
    return click.style(f"  target {gap.target}: missed by {gap.missing:,.4g} ({gap.percent:.0f} %), {value}", fg="red")
