"""`ragtune monitor`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ragtune.cli._options import json_option, print_json

if TYPE_CHECKING:
    from ragtune.production import Monitoring, Profile, Window

DRIFTED = 4


@click.command(name="monitor", short_help="Say from a log whether queries have changed, and when to tune again.")
@click.argument("log", type=click.Path(path_type=Path))
@click.option(
    "--against",
    type=click.Path(path_type=Path),
    required=True,
    help="A bundle, for the queries it was tuned on; a profile's file; or the log of earlier traffic (.jsonl).",
)
@click.option("--window", type=click.IntRange(50), default=500, show_default=True, help="Queries of a window.")
@click.option("--since", type=click.DateTime(), help="Look at what was served from then on (UTC).")
@click.option("--metric", default="", help="The measure among the log's scores to look at; the bundle's unless given.")
@click.option(
    "--promise", type=click.FloatRange(0, 1), help="Hold its mean against this, not against the tuning queries."
)
@click.option("--check", is_flag=True, help="Exit with 4 where it is time to tune again.")
@json_option
def command(
    log: Path,
    against: Path,
    window: int,
    since: datetime | None,
    metric: str,
    promise: float | None,
    check: bool,
    as_json: bool,
) -> int:
    """Compare the queries in LOG with those that a bundle was tuned on, and say when to tune again.

    Each full window of queries is tested once: their vectors, the share unlike any tuned query, the best scores, and the
    share that finds nothing. Measures of served queries, where the app logs them, are tested for a drop. A false alarm is
    ever raised with a probability of 5 % at most, however often a growing log is looked at.

    \b
    Examples:
      ragtune monitor queries.jsonl --against retriever
      ragtune monitor queries.jsonl --against retriever --check --json
      ragtune monitor queries.jsonl --against october.jsonl --window 2000
      ragtune monitor queries.jsonl --against retriever --metric nDCG@10 --promise 0.6
    """
    from ragtune.production import monitor, read_log

    profile = _profile(against)
    moment = since.replace(tzinfo=UTC) if since else None
    found = monitor(read_log(log).since(moment), profile, window=window, metric=metric, promise=promise)
    if as_json:
        print_json(found.as_json())
    else:
        _tell(found)
    return DRIFTED if check and found.retune else 0


def _profile(against: Path) -> Profile:
    from ragtune.bundling import PROFILE, artefact_path, read_manifest
    from ragtune.errors import InputError
    from ragtune.production import profile_of_log, read_log, read_profile

    if against.is_dir():
        artefacts = read_manifest(against).artefacts
        if PROFILE not in artefacts:
            raise InputError(f"{against} holds tools; what is monitored is a retriever's traffic")
        return read_profile(artefact_path(against, artefacts[PROFILE]))
    return profile_of_log(read_log(against)) if against.suffix == ".jsonl" else read_profile(against)


def _tell(found: Monitoring) -> None:
    click.echo(
        f"{found.queries:,} queries, {found.distinct:,} distinct, {found.begins:%Y-%m-%d} to {found.ends:%Y-%m-%d}; "
        f"{found.nothing_found:.1%} found nothing"
    )
    if found.latency_ms:
        click.echo(f"latency     {_latency(found.latency_ms)}")
    if found.tuned_latency_ms:
        click.echo(f"when tuned  {_latency(found.tuned_latency_ms)}")
    if found.windows:
        _window(found.windows[-1], len(found.windows))
    more = "next" if found.windows else "first"
    click.echo(f"the {more} window is tested after {found.waiting:,} more queries")
    if drop := found.drop:
        side = "below" if drop.drop >= 0 else "above"
        told = (
            f"{drop.mean:.3f} over {drop.n:,} scored queries, {abs(drop.drop):.3f} {side} the {drop.before:.3f} before"
        )
        _wrapped("", f"{found.metric} {told}")
    for note in found.notes:
        _wrapped("note: ", note)
    for reason in found.reasons:
        _wrapped("CHANGED  ", reason)
    click.echo(
        "tune again, on questions of today: `ragtune feedback` makes a dataset of a log"
        if found.retune
        else "nothing has changed for sure; no need to tune again"
    )


def _window(window: Window, tested: int) -> None:
    many = "windows were" if tested > 1 else "window was"
    click.echo(f"\n{tested:,} {many} tested; of the newest, {window.distinct:,} distinct queries:")
    click.echo(f"  {'test':<16}{'tuned':>9}{'now':>9}{'effect':>9}{'p':>10}")
    for each in window.findings:
        before, now = (
            (f"{each.before:.1%}", f"{each.now:.1%}")
            if each.test in ("unlike queries", "nothing found")
            else ("", "")
            if each.test == "query vectors"
            else (f"{each.before:.3g}", f"{each.now:.3g}")
        )
        mark = "  CHANGED" if each.drifted else ""
        click.echo(f"  {each.test:<16}{before:>9}{now:>9}{each.effect:>9.3f}{each.p:>10.2g}{mark}")
    click.echo(f"  p is corrected for these tests, and {window.alpha:.2g} is called sure in this window\n")


def _latency(percentiles: tuple[float, float, float]) -> str:
    return "p50 {:.3g} ms, p95 {:.3g} ms, p99 {:.3g} ms".format(*percentiles)


def _wrapped(mark: str, text: str) -> None:
    import textwrap

    styled = click.style(mark, fg="red", bold=True) if mark.isupper() else mark
    lines = textwrap.wrap(text, 80 - len(mark))
    click.echo(styled + f"\n{' ' * len(mark)}".join(lines))
