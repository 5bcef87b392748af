"""`ragtune dataset`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ragtune.cli._convert import command as convert
from ragtune.cli._options import json_option, print_json
from ragtune.cli._simulate import command as simulate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ragtune.datasets import Summary


@click.group(name="dataset", short_help="Look into datasets, convert them, make questions up.")
def command() -> None:
    """Look into datasets, convert them, and make questions up.

    \b
    Examples:
      ragtune dataset check data/support-tickets
      ragtune dataset convert data/support-tickets -o data/tickets
      ragtune dataset simulate handbook -o handbook/queries.jsonl
    """


command.add_command(convert)
command.add_command(simulate)


@command.command(name="check", short_help="Say what is in a dataset, and everything that is wrong with it.")
@click.argument("path")
@json_option
def check(path: str, as_json: bool) -> None:
    """Say what is in the dataset at PATH, and everything that is wrong with it, with file and line.

    PATH is a folder, a dataset.yaml, a bundled name, or a format with its knobs. Exit code 2 if anything is wrong.

    \b
    Examples:
      ragtune dataset check python-stdlib
      ragtune dataset check "beir(path=data/scifact, split=train)"
    """
    from dataclasses import asdict

    from ragtune.datasets import load_dataset, summarise

    found = summarise(load_dataset(path))
    if as_json:
        print_json(asdict(found))
    else:
        for line in told(path, found):
            click.echo(line)


def told(path: str, found: Summary) -> Iterator[str]:
    """A summary in words."""
    size, asked, pieces = found.document_length, found.query_length, found.evidence_per_query
    yield f"{path}: nothing is wrong"
    yield f"documents  {found.documents:,}; characters each: {size.minimum:,} to {size.maximum:,}, median {size.median:,}"
    yield f"queries    {found.queries:,}; characters each: {asked.minimum:,} to {asked.maximum:,}, median {asked.median:,}"
    yield f"evidence   {found.evidence:,} pieces; a query: {pieces.minimum} to {pieces.maximum}, median {pieces.median}"
    yield f"           {100 * found.span_share:.0f} % spans, {100 * found.whole_document_share:.0f} % whole documents"
    for tag, count in found.tags.items():
        yield f"tag        {tag}: {count:,} queries"
    for recipe, count in found.simulated.items():
        yield f"simulated  {count:,} queries by {recipe}"
    for reason, count in found.left_out.items():
        yield f"left out   {count:,}: {reason}"
