"""`ragtune ab`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ragtune.cli._options import json_option, print_json

if TYPE_CHECKING:
    from ragtune.production import Comparison

OPEN = 4
_share = click.option(
    "--share", type=click.FloatRange(0, 1, min_open=True, max_open=True), default=0.5, show_default=True,
    help="The share of units that goes to bundle b.",
)  # fmt: skip


@click.group(name="ab", short_help="Split traffic between two bundles, and say which is better.")
def command() -> None:
    """Split traffic between two bundles, and say from their log which is better.

    \b
    Examples:
      ragtune ab split --salt october user-1 user-2
      ragtune ab report queries.jsonl --outcome click
      ragtune ab plan --difference 0.05 --spread 0.25
    """


@command.command(name="split", short_help="Say which bundle each unit is sent to.")
@click.argument("units", nargs=-1, required=True)
@click.option("--salt", required=True, help="The name of the test; another name gives another split.")
@_share
@json_option
def split(units: tuple[str, ...], salt: str, share: float, as_json: bool) -> None:
    """Say which bundle each of UNITS (users, sessions, queries) is sent to.

    It is always the same one: the first 8 bytes of SHA-256 of the salt, a zero byte and the unit, below SHARE of 2⁶⁴, is b.

    \b
    Examples:
      ragtune ab split --salt october user-1 user-2
      ragtune ab split --salt october --share 0.1 user-1
    """
    from ragtune.production import Split

    halves = Split(salt, share)
    if as_json:
        print_json({unit: halves.arm(unit) for unit in units})
        return
    for unit in units:
        click.echo(f"{halves.arm(unit)}  {unit}")


@command.command(name="report", short_help="Say which bundle is better, at any time.")
@click.argument("log", type=click.Path(path_type=Path))
@click.option("--outcome", default="click", show_default=True, help="click, thumbs, or a measure that the app logs.")
@_share
@click.option(
    "--margin", type=click.FloatRange(0), default=0.0, show_default=True, help="A difference that would not matter."
)
@click.option(
    "--settle",
    type=click.FloatRange(0),
    default=600.0,
    show_default=True,
    help="Seconds to wait for clicks and thumbs.",
)
@click.option("--check", is_flag=True, help="Exit with 4 while the test is open, or where a is better.")
@json_option
def report(log: Path, outcome: str, share: float, margin: float, settle: float, check: bool, as_json: bool) -> int:
    """Say from LOG whether bundle b is better than bundle a; look as often as you like, and stop when it is sure.

    Queries may be split between the bundles, interleaved, or answered by both. Where there is no difference, one is ever
    called with a probability of 5 % at most.

    \b
    Examples:
      ragtune ab report queries.jsonl --outcome click
      ragtune ab report queries.jsonl --outcome nDCG@10 --margin 0.02 --json
    """
    from ragtune.production import compare_arms, read_log

    found = compare_arms(read_log(log), outcome, share=share, settle_s=settle, margin=margin)
    if as_json:
        print_json(found.as_json())
    else:
        _tell(found)
    return OPEN if check and found.decision in ("a", "open") else 0


@command.command(name="plan", short_help="Say how many queries a test needs.")
@click.option("--difference", type=click.FloatRange(0, 1, min_open=True), required=True, help="What is to be found.")
@click.option(
    "--spread", type=click.FloatRange(0, 1, min_open=True), required=True,
    help="Standard deviation: of a query's score where split, of the differences where both bundles answer it.",
)  # fmt: skip
@_share
@json_option
def plan(difference: float, spread: float, share: float, as_json: bool) -> None:
    """Say after how many queries a difference has been found in nine of ten tests.

    \b
    Examples:
      ragtune ab plan --difference 0.05 --spread 0.4
    """
    from ragtune.production import queries_to_tell

    wide = max(1 / share, 1 / (1 - share))
    of_split = queries_to_tell(difference, spread / (share * (1 - share)) ** 0.5, wide)
    of_pairs = queries_to_tell(difference, spread, 1.0)
    if as_json:
        print_json({"split": of_split, "paired": of_pairs})
        return
    click.echo(f"split: {of_split:,} queries in all, if {spread:g} is the spread of scores")
    click.echo(f"both bundles answer: {of_pairs:,} queries, if {spread:g} is the spread of differences")


def _tell(found: Comparison) -> None:
    import textwrap

    difference = found.difference
    what = {"split": "split between the bundles", "interleaved": "interleaved", "paired": "answered by both"}
    waiting = f", {found.waiting:,} more wait for their feedback" if found.waiting else ""
    click.echo(f"{difference.n:,} queries {what[found.design]}{waiting}; by {found.outcome}:")
    for arm in ("a", "b"):
        count, mean = found.counts[arm], found.means[arm]
        click.echo(
            f"  {arm}  won {count:,}" if found.design == "interleaved" else f"  {arm}  {mean:.4f} over {count:,}"
        )
    click.echo(f"b - a: {difference.mean:+.4f} ({difference.low:+.4f} to {difference.high:+.4f})")
    for note in found.notes:
        click.echo(textwrap.fill(f"note: {note}", 80, subsequent_indent="  "))
    decided = {
        "a": f"a is better: sure after {difference.reached} queries",
        "b": f"b is better: sure after {difference.reached} queries",
        "alike": f"alike: they differ by less than {found.margin:g}, for sure",
        "open": "open: no difference is sure yet",
    }
    more = f"; about {difference.more:,} more queries would settle it if it is as seen" if difference.more else ""
    click.echo(decided[found.decision] + (more if found.decision == "open" else ""))
