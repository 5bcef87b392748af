"""`ragtune history`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ragtune.cli._options import json_option, print_json, say, workspace_option

if TYPE_CHECKING:
    from ragtune.history import Point, Trend

BARS = "▁▂▃▄▅▆▇█"


@click.command(name="history", short_help="Show how a dataset's metrics went over its studies.")
@click.argument("dataset", required=False)
@click.option("--metric", help="What differences are told by; what the newest study maximizes unless given.")
@workspace_option
@json_option
def command(dataset: str | None, metric: str | None, workspace: Path, as_json: bool) -> None:
    """Show the studies of DATASET in the order of time; of every dataset unless given.

    Only queries that all the studies have count. Where the data changed between two studies, that is said: the
    difference is then not of the design alone.

    \b
    Examples:
      ragtune history
      ragtune history support-tickets --metric recall@5
      ragtune history --json > history.json
    """
    from ragtune.engine.workspace import Workspace
    from ragtune.history import history
    from ragtune.study import studies

    trends = history(studies(Workspace(workspace, say)), dataset, metric)
    if as_json:
        print_json([trend.as_json() for trend in trends])
        return
    if not trends:
        click.echo(f"there is no study in {workspace} yet; ragtune sweep makes one")
    for i, trend in enumerate(trends):
        click.echo("\n" * (i > 0) + "\n".join(_lines(trend)))


def sparkline(values: list[float]) -> str:
    """A bar a value, the lowest and the highest as far apart as can be; all in the middle where they are equal."""
    low, high = min(values), max(values)
    if high - low < 1e-9:
        return BARS[3] * len(values)
    return "".join(BARS[round((value - low) / (high - low) * (len(BARS) - 1))] for value in values)


def _lines(trend: Trend) -> Iterator[str]:
    n = len(trend.points)
    yield click.style(
        f"{trend.dataset}: {n} {'study' if n == 1 else 'studies'}, {trend.queries} queries in all of them", bold=True
    )
    metrics = [m for m in trend.points[-1].means if all(m in point.means for point in trend.points)]
    for metric in sorted(metrics, key=lambda m: m != trend.metric):
        values = [point.means[metric] for point in trend.points]
        yield f"  {metric:<20}{sparkline(values[-40:])}  {_number(values[0])} → {_number(values[-1])}"
    yield click.style(f"{'':18}{trend.metric[:14]:>14}{'baseline':>10}{'change':>10}  95 % interval", dim=True)
    for point in trend.points:
        yield from _point(point, trend)
    for study, reason in trend.left_out:
        yield click.style(f"left out: {study}: {reason}", fg="yellow")


def _point(point: Point, trend: Trend) -> Iterator[str]:
    change = "" if point.difference is None else f"{point.difference:+.4f}"
    between = "" if point.low is None or point.high is None else f"  [{point.low:+.3f}, {point.high:+.3f}]"
    figures = f"{_number(point.means[trend.metric]):>14}{_number(point.baseline[trend.metric]):>10}{change:>10}"
    if point.changed:
        yield click.style(f"-- the data changed: {', '.join(point.changed)}", fg="yellow")
    yield f"{point.when[:16].replace('T', ' '):<18}{figures}{between}".rstrip()
    yield f"    {point.study}:{point.configuration}" + (f" ({point.role})" if point.role else "")


def _number(value: float) -> str:
    if value != value:
        return "-"
    return f"{value:.4f}" if abs(value) < 100 else f"{value:.1f}"
