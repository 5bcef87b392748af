"""`ragtune cost throughput`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ragtune.cli._options import json_option, print_json, say, workspace_option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ragtune.economics import Throughput


@click.command(name="throughput", short_help="Requests a second under so many users at a time.")
@click.argument("configuration", default="pick")
@click.option("--concurrency", type=click.IntRange(1), required=True, help="Users, or requests under way at a time.")
@click.option(
    "--think", type=click.FloatRange(0), default=0.0, show_default=True, help="Seconds between two questions."
)
@click.option(
    "--rpm", type=click.FloatRange(0, min_open=True), help="Requests a minute that the endpoint lets through."
)
@click.option("--tpm", type=click.FloatRange(0, min_open=True), help="Tokens a minute, in and out.")
@click.option("--target", type=click.FloatRange(0, min_open=True), help="A wanted rate in requests a second.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the interval.")
@click.option("--md", "as_markdown", is_flag=True, help="Print Markdown.")
@workspace_option
@json_option
def command(
    configuration: str, concurrency: int, think: float, rpm: float | None, tpm: float | None, target: float | None,
    seed: int, as_markdown: bool, workspace: Path, as_json: bool,
) -> None:  # fmt: skip
    """Work out, from how long single requests took, how many a second so many users at a time make.

    A closed loop by Little's law: every user waits for the answer before asking again, and a request is taken to be as fast
    as when it was measured, whatever else is under way. A machine that slows down under load does less.

    \b
    Examples:
      ragtune cost throughput pick --concurrency 32
      ragtune cost throughput my-rag:3f2a --concurrency 8 --rpm 500 --target 5
    """
    from ragtune.economics import bill, stored, throughput
    from ragtune.engine.workspace import Workspace
    from ragtune.errors import InputError

    each = stored(configuration, Workspace(workspace, say))
    told = bill(each)
    if not len(told.samples):
        raise InputError(f"nobody knows how long a request of {each.label} takes; it was never timed")
    tokens = [mean for name in ("input_tokens", "output_tokens") if (mean := told.mean(name)) is not None]
    if tpm is not None and len(tokens) < 2:
        raise InputError(f"--tpm needs the tokens of a request, in and out, and {each.label} does not know them")
    found = throughput(
        told.samples, concurrency, think_seconds=think, requests_per_minute=rpm, tokens_per_minute=tpm,
        tokens=sum(tokens), target=target, seed=seed,
    )  # fmt: skip
    if as_json:
        print_json({"configuration": each.label, **found.as_json(), "notes": list(told.timing_notes)})
        return
    for line in _told(found, each.label, target):
        click.echo(f"- {line}" if as_markdown else line)


def _told(found: Throughput, label: str, target: float | None) -> Iterator[str]:
    from ragtune.economics import ASSUMPTION

    ends = "" if found.low is None or found.high is None else f" [{found.low:,.2f}, {found.high:,.2f}]"
    yield f"{label}: {found.per_second:,.2f}{ends} requests a second, {found.per_second * 86_400:,.0f} a day"
    yield f"bound by {found.limit}; {found.concurrency} at a time"
    times = (found.p50_seconds, found.p95_seconds, found.p99_seconds)
    yield "a request takes " + ", ".join(f"p{p} {s:.3g} s" for p, s in zip((50, 95, 99), times, strict=True))
    yield f"the {found.requests} measured requests take {found.batch_seconds:.3g} s together"
    if target is not None:
        enough = (
            "is not to be had: the endpoint's limits are below"
            if found.needed is None
            else f"takes {found.needed} at a time"
        )
        yield f"{target:g} a second {enough}"
    yield f"assumed: {ASSUMPTION}"
