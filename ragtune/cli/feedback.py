"""`ragtune feedback`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ragtune.cli._options import json_option, print_json

if TYPE_CHECKING:
    from ragtune.production import Gathered


@click.command(name="feedback", short_help="Make a dataset of the clicks and thumbs in a log.")
@click.argument("log", type=click.Path(path_type=Path))
@click.option(
    "--dataset", required=True, metavar="PATH", help="The documents that were searched: a dataset or a folder."
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), required=True, help="A new folder for documents and queries."
)
@click.option(
    "--min-clicks", type=click.IntRange(1), default=1, show_default=True, help="Clicks that make a passage evidence."
)
@click.option("--add", is_flag=True, help="Keep the dataset's own queries as well.")
@json_option
def command(log: Path, dataset: str, output: Path, min_clicks: int, add: bool, as_json: bool) -> None:
    """Make a dataset for the next sweep of the clicks and thumbs in LOG.

    A passage that was clicked is evidence with grade 1, one with a thumb up with grade 2, one with as many thumbs down is
    none. Clicks favour what stands at the top, and what the bundle in use finds: mind that where designs are compared.

    \b
    Examples:
      ragtune feedback queries.jsonl --dataset handbook -o from-feedback
      ragtune feedback queries.jsonl --dataset handbook -o both --add --min-clicks 2
    """
    from ragtune.datasets import load_dataset
    from ragtune.production import dataset_of, read_log
    from ragtune.simulating import load_documents, write_dataset

    documents = load_dataset(dataset) if add else load_documents(dataset)
    made, gathered = dataset_of(read_log(log), documents, min_clicks=min_clicks, add=add)
    write_dataset(made.documents, made.queries, output)
    if as_json:
        print_json({"output": str(output), **gathered.as_json()})
    else:
        _tell(gathered, output)


def _tell(found: Gathered, output: Path) -> None:
    click.echo(
        f"wrote {output}: {found.queries:,} queries with {found.evidence:,} passages, {found.praised:,} by thumbs"
    )
    for rank, (clicks, shown) in enumerate(found.ranks[:10], start=1):
        click.echo(f"  rank {rank:>2}: {clicks:,} clicks of {shown:,}")
    for reason, count in found.left_out.items():
        click.echo(f"left out, {count:,}: {reason}")
    click.echo("note: clicks favour the top of the list, and the bundle that made it")
    click.echo(f"next:  ragtune dataset check {output}")
