"""`ragtune tools diff`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ragtune.cli._options import json_option, print_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ragtune.tooldiff import Diff

FAILED = 4
WIDTH = 80
COLOURS = {"breaking": "red", "compatible": "green", "wording": "cyan"}


@click.command(name="diff", short_help="Say what changed between two sets of tools, and whether it breaks callers.")
@click.argument("before", type=click.Path())
@click.argument("after", type=click.Path())
@click.option(
    "--fail-on", type=click.Choice(["breaking", "compatible", "wording"]), help="Exit with 4 at this or worse."
)
@click.option("--md", is_flag=True, help="Print Markdown, for a pull request.")
@json_option
def command(before: str, after: str, fail_on: str | None, md: bool, as_json: bool) -> int:
    """Say what changed from the tools in BEFORE to those in AFTER, files or folders, and which version part goes up.

    Tools are the same by their ids. Breaking (major): a call that was right may be refused or do something else.
    Compatible (minor): every call that was right still is. Wording (patch): only what a model reads.

    \b
    Examples:
      ragtune tools diff old/tools.yaml tools.yaml
      ragtune tools diff old/tools.yaml tools.yaml --fail-on breaking --md
    """
    from ragtune.tooldiff import LEVELS, diff_sets
    from ragtune.tools import load_tools

    found = diff_sets(load_tools(before), load_tools(after))
    if as_json:
        print_json(found.as_json())
    else:
        for line in _markdown(found) if md else _told(found):
            click.echo(line)
    bad = LEVELS[: [*LEVELS].index(fail_on) + 1] if fail_on else ()  # type: ignore[arg-type]
    return FAILED if any(found.counts[level] for level in bad) else 0


def _told(found: Diff) -> Iterator[str]:
    """A block a tool; the verdict last."""
    import textwrap

    tool = None
    for change in found.changes:
        if change.tool != tool:
            tool = change.tool
            yield click.style(_clean(tool), bold=True)
        lines = textwrap.wrap(_clean(f"{change.place}: {change.told}" if change.place else change.told), WIDTH - 14)
        yield f"  {click.style(f'{change.level:<10}', fg=COLOURS[change.level])}  {lines[0]}"
        yield from (f"{'':14}{line}" for line in lines[1:])
    yield _verdict(found)


def _markdown(found: Diff) -> Iterator[str]:
    yield f"**{_verdict(found)}**"
    if found.changes:
        yield ""
        yield "| tool | place | | change |"
        yield "|---|---|---|---|"
    for c in found.changes:
        cells = (
            _clean(text).replace("|", "\\|")
            for text in (f"`{c.tool}`", f"`{c.place}`" if c.place else "", c.level, c.told)
        )
        yield f"| {' | '.join(cells)} |"


def _verdict(found: Diff) -> str:
    if not found.changes:
        return "no change"
    told = ", ".join(f"{count:,} {level}" for level, count in found.counts.items() if count)
    return f"{found.semver}: {told}"


def _clean(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)
