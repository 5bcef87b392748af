"""The gate of a tool set: bounds, no worse than a snapshot, and lint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from ragtune.component import digest
from ragtune.designs import Design
from ragtune.engine.workspace import Workspace
from ragtune.errors import InputError
from ragtune.gating import Check, Gate, gate
from ragtune.linting import lint_path
from ragtune.metrics import Metric
from ragtune.toolsets import load_toolset
from ragtune.trying import Outcome, Values, design_of, metrics_of, outcome

METRIC = "selection_accuracy"


def tested(
    tools: Path,
    cases: str,
    config: Path | None,
    study: str | None,
    bounds: Mapping[str, float],
    baseline: Design | None,
    margin: float,
    lint_level: str | None,
    workspace: Workspace,
) -> tuple[Design, Gate]:
    """The tools as a design with scores, and what became of all checks.

    Raises:
        InputError: nothing is demanded that could fail but that every case is scored, or the input is wrong.
    """
    metrics = metrics_of((METRIC, *bounds))
    chosen = design_of(config, study, workspace)
    with workspace.writing():
        found = outcome(load_toolset(tools, cases), chosen, metrics, Values(workspace))
    design = _design(tools.stem, found, metrics, chosen.baseline.spec())
    signs = {metric.label: "<=" if metric.better == "lower" else ">=" for metric in metrics}
    targets = {metric.label: f"{signs[metric.label]} {bounds[name]:g}" for name, metric in _named(bounds).items()}
    design = replace(design, targets=targets)
    margins = {METRIC: margin} if baseline else {}
    if baseline is None and not targets:
        total = len(design.queries)
        scored = Check("scored", design.scored == total, f"scored on {design.scored} of {total} queries")
        checked = Gate(design.label, None, 0, (), (scored,))
    else:
        checked = gate(design, baseline, margins)
    if lint_level:
        checked = replace(checked, checks=(*checked.checks, _linted(tools, lint_level)))
    return design, checked


def _named(bounds: Mapping[str, float]) -> Mapping[str, Metric]:
    return {name: metrics_of((name,))[0] for name in bounds}


def _design(name: str, found: Outcome, metrics: tuple[Metric, ...], slots: Mapping[str, object]) -> Design:
    data = found.dataset
    if not data.cases:
        raise InputError("there are no cases")
    digests = {"corpus": data.corpus_digest, "queries": data.queries_digest, "judgments": data.judgments_digest}
    return Design(
        study=name,
        id=digest(str(sorted(slots.items(), key=str)))[:8],
        role="",
        slots=slots,
        dataset=data.name,
        digests=digests,
        maximize=METRIC,
        better={metric.label: metric.better for metric in metrics},
        metrics=found.metrics,
        queries=data.query_ids.names,
        values=found.scores,
        texts={case.id: case.query for case in data.cases},
    )


def _linted(tools: Path, level: str) -> Check:
    linted = lint_path(tools)
    bad = linted.at_least(level)
    first = next((p for p in linted.problems if p.severity == level), linted.problems[0]) if bad else None
    told = f"{bad:,} lint problems are {level} or worse; the first: {first.code} {first.message}" if first else ""
    return Check("lint", not bad, told or f"no lint problem is {level} or worse")
