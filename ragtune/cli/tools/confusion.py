"""`ragtune tools confusion`."""

from __future__ import annotations

import csv
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ragtune.cli._options import json_option, print_json, say, workspace_option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ragtune.toolpanels import Confusion, Pair, Rival, TracedTools


@click.command(name="confusion", short_help="Show which tools are taken for which, and each tool's nearest rival.")
@click.argument("study", required=False)
@click.option("--configuration", metavar="ID", help="Its id, 'baseline' or 'best'; the pick unless given.")
@click.option("--top", type=click.IntRange(1), default=10, show_default=True, help="How many pairs and rivals to show.")
@click.option("--csv", "as_csv", is_flag=True, help="Print all counts as CSV: expected, called, observed, predicted.")
@workspace_option
@json_option
def command(
    study: str | None, configuration: str | None, top: int, as_csv: bool, workspace: Path, as_json: bool
) -> None:
    """Show which tools a design of STUDY, the newest unless given, calls in place of which.

    Beside what was observed stands what the best score alone would have called, and each tool's nearest rival: the tool
    whose text is most like its own, and the one that scores most on its cases. No model is asked.

    \b
    Examples:
      ragtune tools confusion
      ragtune tools confusion assistant-tools --configuration baseline --top 20
      ragtune tools confusion --csv > confusion.csv
    """
    from ragtune.cli.explain import _named
    from ragtune.engine.workspace import Workspace
    from ragtune.study import newest, open_study
    from ragtune.toolpanels import confusion, likeness, trace_tools

    place = Workspace(workspace, say)
    opened = open_study(study, place) if study else newest(place)
    traced = trace_tools(opened, place, _named(opened, configuration))
    found = confusion(traced.judged, likeness(traced.judged, traced.vectors), traced.scores)
    if as_csv:
        _csv(found)
    elif as_json:
        print_json(_json(traced, found))
    else:
        for line in _told(traced, found, top):
            click.echo(line)


def _cells(found: Confusion) -> list[tuple[str, str, int, int | None]]:
    predicted = found.predicted
    cells = sorted({*found.observed, *(predicted or {})})
    return [
        (*cell, found.observed.get(cell, 0), None if predicted is None else predicted.get(cell, 0)) for cell in cells
    ]


def _csv(found: Confusion) -> None:
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(["expected", "called", "observed", "predicted"])
    for row in _cells(found):
        table.writerow(["" if value is None else value for value in row])


def _json(traced: TracedTools, found: Confusion) -> dict[str, Any]:
    from dataclasses import asdict

    named = ("likeness", "ranker", "confused", "by_text", "by_score", "foretold")
    return {
        "study": traced.study,
        "configuration": traced.id,
        **{name: getattr(found, name) for name in named},
        "cells": [
            dict(zip(("expected", "called", "observed", "predicted"), row, strict=True)) for row in _cells(found)
        ],
        "rivals": [asdict(rival) for rival in found.rivals],
        "pairs": [
            {**vars(pair), "cases": [{"id": id, "query": query} for id, query in pair.cases]} for pair in found.pairs
        ],
    }


def _told(traced: TracedTools, found: Confusion, top: int) -> Iterator[str]:
    yield f"{traced.study}, configuration {traced.id}: {sum(found.observed.values()):,} calls expected or made"
    right = sum(n for (wanted, called), n in found.observed.items() if wanted == called)
    yield f"{right:,} as they should be; {found.confused:,} times one tool was taken for another"
    if found.confused:
        parts = [f"by text ({found.likeness}) in {found.by_text:,}"]
        if found.by_score is not None:
            parts.append(f"by the mean score on its cases in {found.by_score:,}")
        told = f"Of these, the tool called was the nearest rival {' and '.join(parts)}"
        if found.foretold is not None:
            told += f"; the best score ({found.ranker}) named it in {found.foretold:,}"
        yield from textwrap.wrap(f"{told}.", 80)
    yield ""
    yield from _pairs(found.pairs[:top])
    yield from _rivals(found.rivals, top)


def _pairs(pairs: tuple[Pair, ...]) -> Iterator[str]:
    if not pairs:
        yield "nothing was taken for anything else"
        return
    yield click.style(f"{'observed':>8} {'predicted':>9} {'alike':>6}  expected → called", dim=True)
    for pair in pairs:
        alike = "" if pair.likeness is None else f"{pair.likeness:.2f}"
        predicted = "" if pair.predicted is None else str(pair.predicted)
        yield f"{pair.count:>8} {predicted:>9} {alike:>6}  {_short(f'{pair.expected} → {pair.called}', 53)}"
        for id, query in pair.cases[:2]:
            yield click.style("          " + _short(f"{id}: {' '.join(query.split())}", 70), dim=True)


def _rivals(rivals: tuple[Rival, ...], top: int) -> Iterator[str]:
    """Those that are most often wrong, with as many as are shown of the pairs."""
    worst = sorted((r for r in rivals if r.expected), key=lambda r: (r.right - r.expected, r.tool))[:top]
    yield ""
    yield click.style(f"{'tool':<22}{'right':>8}  {'nearest by text':<24}{'nearest by score':<23}", dim=True)
    for rival in worst:
        text = f"{_short(rival.by_text, 18)} {rival.likeness:.2f}"
        margin = "" if rival.margin is None else f" {rival.margin:+.2f}"
        score = "-" if rival.by_score is None else _short(rival.by_score, 17) + margin
        yield f"{_short(rival.tool, 21):<22}{f'{rival.right}/{rival.expected}':>8}  {text:<24}{score:<23}".rstrip()
    yield click.style("By score: how far its own mean score is above the rival's, on its own cases.", dim=True)


def _short(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
