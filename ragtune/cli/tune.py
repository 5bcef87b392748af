"""`ragtune tune`."""

from __future__ import annotations

from pathlib import Path

import click

from ragtune.cli._options import json_option, print_json, workspace_option


@click.command(name="tune", short_help="Tune on a folder or dataset within a given time, no configuration needed.")
@click.argument("path")
@click.option("--minutes", type=click.FloatRange(0.1), default=10, show_default=True, help="Time to fill.")
@click.option("--questions", type=click.IntRange(20), default=200, show_default=True, help="How many to make up.")
@click.option("--recipe", default="known-item", show_default=True, help="How questions are made up.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Equal seeds, equal questions.")
@workspace_option
@click.option("--quiet", is_flag=True, help="No progress.")
@json_option
def command(
    path: str, minutes: float, questions: int, recipe: str, seed: int, workspace: Path, quiet: bool, as_json: bool
) -> int:
    """Tune retrieval on PATH: a dataset, or a folder of documents, for which questions are made up.

    The largest of the default spaces that should be done within --minutes on this machine is swept. Made-up questions
    say less than real ones: docs/datasets.md tells how much less.

    \b
    Examples:
      ragtune tune handbook
      ragtune tune data/support-tickets --minutes 30
    """
    from ragtune.cli._progress import Progress
    from ragtune.cli.sweep import as_record, conclusion
    from ragtune.errors import PARTIAL
    from ragtune.sweeping import Watcher
    from ragtune.tuning import tune

    watcher = Watcher() if quiet else Progress()
    study = tune(
        path, minutes=minutes, questions=questions, recipe=recipe, seed=seed, workspace=workspace, watcher=watcher
    )
    if as_json:
        print_json(as_record(study, 8))
    else:
        for line in conclusion(study, 8, workspace):
            click.echo(line)
    return PARTIAL if study.summary["failed"] or study.summary.get("provisional") else 0
