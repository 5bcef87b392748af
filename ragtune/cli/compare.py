"""`ragtune compare`."""

from __future__ import annotations

from pathlib import Path

import click

from ragtune.cli._options import json_option, print_json, say, workspace_option


@click.command(name="compare", short_help="Compare two studies or designs, query by query.")
@click.argument("before")
@click.argument("after")
@click.option("--study", help="The study of ids and roles that come without one; the newest unless given.")
@click.option("--top", type=click.IntRange(0), default=5, show_default=True, help="How many changed queries to show.")
@click.option("--md", "as_markdown", is_flag=True, help="Print Markdown, for a pull request.")
@workspace_option
@json_option
def command(
    before: str, after: str, study: str | None, top: int, as_markdown: bool, workspace: Path, as_json: bool
) -> None:
    """Compare two designs on the queries that both were scored on.

    BEFORE and AFTER are studies (their pick, or their best where they have none; newest is one, too), STUDY:ID,
    STUDY:baseline, STUDY:best, STUDY:pick, the same without STUDY for the newest, or files that ragtune check --write
    made. --json has every change.

    \b
    Examples:
      ragtune compare baseline best
      ragtune compare quickstart-a1e54fde quickstart-77b01c2d --top 20
      ragtune compare tests/retrieval.json quickstart:4cf407e0 --md
    """
    from ragtune.cli import _comparing
    from ragtune.comparing import compare
    from ragtune.designs import find_design
    from ragtune.engine.workspace import Workspace
    from ragtune.study import open_study

    place = Workspace(workspace, say)
    within = open_study(study, place) if study else None
    found = compare(find_design(before, place, within), find_design(after, place, within))
    if as_json:
        print_json(found.as_json())
        return
    for line in _comparing.markdown(found, top) if as_markdown else _comparing.terminal(found, top):
        click.echo(line)
