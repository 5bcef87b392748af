"""`ragtune show`."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import click

from ragtune.cli._options import json_option, print_json, say, workspace_option


@click.command(name="show", short_help="Show the leaderboard of a study.")
@click.argument("study", required=False)
@workspace_option
@click.option("--sort", metavar="METRIC", help="Order by this metric, or by 'latency'.")
@click.option("--top", type=click.IntRange(1), default=20, show_default=True, help="How many configurations to show.")
@click.option("--csv", "as_csv", is_flag=True, help="Print all configurations as CSV.")
@json_option
def command(study: str | None, workspace: Path, sort: str | None, top: int, as_csv: bool, as_json: bool) -> None:
    """Show the leaderboard of STUDY: its name, the beginning of its name, or its folder; the newest unless given.

    \b
    Examples:
      ragtune show
      ragtune show quickstart --sort recall@5 --top 5
      ragtune show quickstart --csv > quickstart.csv
    """
    from dataclasses import asdict

    from ragtune.cli._leaderboard import asked, in_full, leaderboard
    from ragtune.cli.sweep import as_record
    from ragtune.engine.workspace import Workspace
    from ragtune.study import newest, open_study

    place = Workspace(workspace, say)
    found = open_study(study, place) if study else newest(place)
    rows = found.leaderboard(sort)
    if as_json:
        print_json({**as_record(found), "leaderboard": [asdict(row) for row in rows]})
    elif as_csv:
        slots = list(rows[0].configuration)
        table = csv.writer(sys.stdout, lineterminator="\n")
        table.writerow(
            ["id", "baseline", *slots, *rows[0].means, "scored", "total", "latency_p50_ms", "latency_p95_ms"]
        )
        for row in rows:
            from ragtune import spelling

            design = [spelling.write(row.configuration[slot]) for slot in slots]
            times = [row.latency_p50_ms, row.latency_p95_ms]
            table.writerow([row.id, row.baseline, *design, *row.means.values(), row.scored, row.total, *times])
    else:
        metric = found.maximize if sort in (None, "latency") else sort
        click.echo(f"{found.name}: {len(rows)} configurations, {rows[0].total} {asked(found)}\n")
        for line in leaderboard(found, rows[: top + 1], str(metric)):
            click.echo(line)
        click.echo("\nbest by " + found.maximize + ":")
        for line in in_full(found.best()):
            click.echo(line)
