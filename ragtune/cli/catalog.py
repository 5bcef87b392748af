"""`ragtune catalog`."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ragtune.cli._options import json_option, print_json, say, workspace_option

if TYPE_CHECKING:
    from ragtune.techniques import Technique


@click.command(name="catalog", short_help="List what helped, by how much and on which data, from all studies.")
@click.option("--dataset", help="Only this one, by name.")
@click.option("--metric", help="By this metric; by what each study maximizes unless given.")
@click.option("--top", type=click.IntRange(1), default=10, show_default=True, help="How many to show of each data set.")
@click.option("--all", "everything", is_flag=True, help="Show what made no difference beyond chance, too.")
@click.option("--md", "as_markdown", is_flag=True, help="Print Markdown.")
@workspace_option
@json_option
def command(
    dataset: str | None,
    metric: str | None,
    top: int,
    everything: bool,
    as_markdown: bool,
    workspace: Path,
    as_json: bool,
) -> None:
    """List techniques that helped: what was better than what, all else equal, in every study of the workspace.

    Each is the mean over all pairs of configurations that differ in that one thing, with a 95 % interval over the
    queries; p is corrected for all that was tried on that data. --json lists everything.

    \b
    Examples:
      ragtune catalog
      ragtune catalog --metric recall@5 --top 20
      ragtune catalog --dataset support-tickets --all --md > what-helped.md
    """
    from ragtune.engine.workspace import Workspace
    from ragtune.study import studies
    from ragtune.techniques import techniques

    found = techniques(studies(Workspace(workspace, say)), dataset, metric)
    if as_json:
        print_json([technique.as_json() for technique in found])
        return
    if not found:
        click.echo("nothing to compare: no study here has two configurations that differ in one thing only")
    for i, (_, group) in enumerate(groupby(found, key=lambda t: (t.dataset, t.data, t.metric))):
        tried = list(group)
        shown = [technique for technique in tried if everything or technique.helps][:top]
        if i:
            click.echo("")
        for line in _markdown(tried, shown) if as_markdown else _terminal(tried, shown):
            click.echo(line)


def _terminal(tried: Sequence[Technique], shown: Sequence[Technique]) -> Iterator[str]:
    yield click.style(_head(tried), bold=True)
    yield _summary(tried, shown)
    if shown:
        yield click.style(f"{'gain':>9}{'95 % interval':>20}{'better in':>16}{'p':>8}", dim=True)
    for each in shown:
        better = f"{each.better} of {each.pairs}"
        yield f"{each.gain:>+9.4f}{_interval(each):>20}{better:>16}{_p(each):>8}"
        told = f"{each.where}: {each.after} instead of {each.before}"
        yield from textwrap.wrap(told, 80, initial_indent="    ", subsequent_indent="      ")


def _markdown(tried: Sequence[Technique], shown: Sequence[Technique]) -> Iterator[str]:
    yield f"**{_head(tried)}**"
    yield ""
    yield _summary(tried, shown)
    if shown:
        yield ""
        yield "| where | better | than | gain | 95 % interval | better in | p |"
        yield "|---|---|---|--:|:-:|--:|--:|"
    for each in shown:
        cells = [each.where, f"`{each.after}`", f"`{each.before}`", f"{each.gain:+.4f}", _interval(each)]
        yield (
            "| "
            + " | ".join(c.replace("|", "\\|") for c in [*cells, f"{each.better} of {each.pairs}", _p(each)])
            + " |"
        )


def _head(tried: Sequence[Technique]) -> str:
    first = tried[0]
    studies = f"{first.studies} {'study' if first.studies == 1 else 'studies'}"
    return f"{first.dataset} (data {first.data}), {first.metric}, {first.queries} queries, {studies}"


def _summary(tried: Sequence[Technique], shown: Sequence[Technique]) -> str:
    helped = sum(technique.helps for technique in tried)
    more = f"; {len(shown)} shown" if len(shown) < helped else ""
    return f"{helped} of {len(tried)} changes made a difference beyond chance{more}"


def _interval(each: Technique) -> str:
    return "unknown" if each.low is None or each.high is None else f"[{each.low:+.3f}, {each.high:+.3f}]"


def _p(each: Technique) -> str:
    return "<.001" if each.p_holm < 0.001 else f"{each.p_holm:.3f}"
