"""A leaderboard for a terminal of 80 columns: figures on one line, the design on the next."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from ragtune import spelling
from ragtune.study import differing_slots

if TYPE_CHECKING:
    from ragtune.study import Row, Study

WIDTH = 80


def leaderboard(study: Study, rows: Sequence[Row], metric: str) -> Iterator[str]:
    """Lines: the baseline, then the others in the order given; only what differs between configurations is named."""
    slots = differing_slots([entry["slots"] for entry in study.record["configurations"]])
    tokens = next((label for label in ("context_tokens", "tool_tokens") if label in study.scores.metrics), "")
    losses = next((label for label in study.scores.metrics if label.startswith("exact_overlap")), "")
    best = study.best().id
    yield click.style("designs: " + " | ".join(slots), dim=True)
    head = f"{'':10}{metric[:16]:>16}{'vs baseline':>13}{'p50 ms':>9}" + (f"{'tokens':>9}" if tokens else "")
    head += f"{losses.removeprefix('exact_'):>12}" if losses else ""
    yield click.style(head, dim=True)
    baseline = float(study.scores.of(metric)[0].mean())
    place = 0
    for row in rows:
        place += not row.baseline
        name = "baseline" if row.baseline else f"{place}."
        value = row.means[metric]
        difference = "" if row.baseline else f"{value - baseline:+.4f}"
        latency = "-" if row.latency_p50_ms is None else f"{row.latency_p50_ms:.1f}"
        line = f"{name:<10}{_number(value):>16}{difference:>13}{latency:>9}"
        line += f"{row.means[tokens]:>9.0f}" if tokens else ""
        line += f"{_number(row.means[losses]):>12}" if losses else ""
        line += f"  {row.id}"
        if row.scored < row.total:
            line += click.style(f"  only {row.scored}/{row.total} {asked(study)} scored", fg="yellow")
        yield click.style(line, bold=row.id == best)
        yield from design(row, slots)
    yield from _simulated(study)


def asked(study: Study) -> str:
    """What its questions are called."""
    return "cases" if study.record.get("pipeline") == "tools" else "queries"


def design(row: Row, slots: Sequence[str]) -> Iterator[str]:
    """What stands in the named slots, as components are written."""
    text = " | ".join(spelling.write(row.configuration[slot]) for slot in slots)
    yield from textwrap.wrap(text, WIDTH, initial_indent=" " * 4, subsequent_indent=" " * 6)


def in_full(row: Row) -> Iterator[str]:
    """Every slot of a configuration on a line of its own, as YAML that parses back."""
    for slot, spec in row.configuration.items():
        yield f"  {slot}: {spelling.write(spec)}"


def _simulated(study: Study) -> Iterator[str]:
    """A foot note where questions were made up; studies from before they could be say nothing of it."""
    described = study.record["dataset"]
    recipes = described.get("simulated", {})
    if recipes:
        what = "cases" if asked(study) == "cases" else "questions"
        made = f"{sum(recipes.values()):,} of {described['queries']:,} {what} are simulated ({', '.join(recipes)}): "
        told = made + "they rank designs less surely than real ones, see docs/results.md"
        yield from (click.style(line, fg="yellow") for line in textwrap.wrap(told, WIDTH))


def _number(value: float) -> str:
    return f"{value:.4f}" if abs(value) < 100 else f"{value:.1f}"
