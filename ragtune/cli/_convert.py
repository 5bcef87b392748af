"""`ragtune dataset convert`."""

from __future__ import annotations

from pathlib import Path

import click

from ragtune.cli._options import json_option, print_json


@click.command(name="convert", short_help="Write any dataset in ragtune's own layout, or another.")
@click.argument("source")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="A new folder, or an empty one.")
@click.option(
    "--to",
    type=click.Choice(["jsonl", "beir", "spans", "trec"]),
    default="jsonl",
    show_default=True,
    help="The layout; jsonl holds everything.",
)
@click.option("--lossy", is_flag=True, help="Write what the layout can carry, and list what it cannot.")
@json_option
def command(source: str, output: Path, to: str, lossy: bool, as_json: bool) -> None:
    """Write the dataset at SOURCE in another layout, so that it loads back equal.

    SOURCE is whatever `dataset check` takes. What the layout cannot carry is listed before anything is written, and
    then --lossy is needed. OUTPUT is there in full or not at all, and is never written over.

    \b
    Examples:
      ragtune dataset convert "table(path=data, queries=qa.csv)" -o data/qa
      ragtune dataset convert data/qa -o data/beir --to beir --lossy
    """
    from dataclasses import asdict

    from ragtune.datasets import load_dataset
    from ragtune.datasets._writing import convert

    written = convert(load_dataset(source), output, to, lossy)
    if as_json:
        print_json(asdict(written))
        return
    click.echo(f"{output}: {written.documents:,} documents and {written.queries:,} queries as {to}")
    for line in written.losses:
        click.echo(f"lost       {line}")
    for reason, count in written.left_out.items():
        click.echo(f"left out   {count:,}: {reason}")
