"""`ragtune studies`."""

from __future__ import annotations

from pathlib import Path

import click

from ragtune.cli._options import json_option, print_json, say, workspace_option


@click.command(name="studies", short_help="List the studies of a workspace.")
@workspace_option
@json_option
def command(workspace: Path, as_json: bool) -> None:
    """List the studies of a workspace, with the best that each has found.

    \b
    Examples:
      ragtune studies
      ragtune studies --json
    """
    from ragtune.engine.workspace import Workspace
    from ragtune.study import studies

    found = [(study, study.best()) for study in studies(Workspace(workspace, say))]
    if as_json:
        print_json(
            [
                {
                    "study": study.name,
                    "dataset": study.record["dataset"]["name"],
                    "configurations": len(study.record["configurations"]),
                    "maximize": study.maximize,
                    "best": best.means[study.maximize],
                    "difference": best.difference,
                }
                for study, best in found
            ]
        )
        return
    if not found:
        click.echo(f"there is no study in {workspace} yet; ragtune sweep makes one")
    for study, best in found:
        n = len(study.record["configurations"])
        told = f"{n} configurations on {study.record['dataset']['name']}, best {study.maximize} {best.means[study.maximize]:.4f}"
        click.echo(f"{study.name}\n    {told} ({best.difference:+.4f} to the baseline)")
