"""`ragtune plan`."""

from __future__ import annotations

from pathlib import Path

import click

from ragtune.cli._options import (
    config_argument,
    config_options,
    json_option,
    next_command,
    print_json,
    say,
    seconds,
    workspace_option,
)


@click.command(name="plan", short_help="Say what a sweep would cost, without running it.")
@config_argument
@config_options
@workspace_option
@json_option
def command(config: Path, dataset: str | None, overrides: tuple[str, ...], workspace: Path, as_json: bool) -> None:
    """Say how many configurations and steps CONFIG has, how many are stored, what is to be embedded, how long it takes.

    Documents are cut into chunks for this (and the chunks kept); a model that was never timed in the workspace is timed
    on a few texts.

    \b
    Examples:
      ragtune plan configs/quickstart.yaml
      ragtune plan ragtune.yaml --set space.embedder=minilm --json
    """
    from dataclasses import asdict

    from ragtune.config import load_config
    from ragtune.engine.compute import Computer
    from ragtune.engine.workspace import Workspace
    from ragtune.planning import estimate
    from ragtune.sweeping import prepare

    prepared = prepare(dataset, load_config(config, overrides))
    place = Workspace(workspace, say)
    with place.writing():
        found = estimate(prepared, place, Computer(place))
    if as_json:
        print_json(asdict(found))
        return
    click.echo(f"{found.configurations} distinct configurations, {found.steps} steps, {found.stored} of them stored")
    for work in found.embedding:
        click.echo(f"{work.texts} texts to embed by {work.embedder}: about {seconds(work.seconds)}")
    more = f", and what these will need: {', '.join(found.unknown)}" if found.unknown else ""
    click.echo(f"about {seconds(found.seconds)} in all{more}")
    click.echo(next_command(f"sweep {config}", workspace))
