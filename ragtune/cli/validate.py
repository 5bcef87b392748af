"""`ragtune validate`."""

from __future__ import annotations

from pathlib import Path

import click

from ragtune.cli._options import config_argument, config_options


@click.command(name="validate", short_help="Check a configuration file; every fault at once.")
@config_argument
@config_options
def command(config: Path, dataset: str | None, overrides: tuple[str, ...]) -> None:
    """Check CONFIG and its dataset, and say how many configurations it names. Exit code 2 if anything is wrong.

    \b
    Examples:
      ragtune validate ragtune.yaml
      ragtune validate ragtune.yaml --set space.retriever=bm25
    """
    from ragtune.config import load_config
    from ragtune.sweeping import prepare

    prepared = prepare(dataset, load_config(config, overrides))
    of_tools = prepared.config.pipeline.name == "tools"
    things, asked = ("tools", "cases") if of_tools else ("documents", "queries")
    click.echo(
        f"{config} is right: {len(prepared.wired)} distinct configurations on {prepared.dataset.name} "
        f"({len(prepared.dataset.documents)} {things}, {len(prepared.dataset.queries)} {asked})"
    )
