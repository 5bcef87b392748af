"""`ragtune check`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ragtune.cli._options import json_option, print_json, say, workspace_option

if TYPE_CHECKING:
    from ragtune.designs import Design
    from ragtune.engine.workspace import Workspace
    from ragtune.gating import Gate

FAILED = 4


@click.command(name="check", short_help="Gate a design in CI: no worse than a baseline, targets met.")
@click.argument("study", default="newest")
@click.option("--baseline", metavar="REF", help="A study, STUDY:ID, a study's folder, or a file made by --write.")
@click.option(
    "--margin",
    "margins",
    multiple=True,
    metavar="METRIC=X",
    help="By how much a metric may be worse; the one to maximize by 0.01 unless given. May be repeated.",
)
@click.option("--junit", type=click.Path(dir_okay=False, path_type=Path), help="Write the checks as JUnit XML.")
@click.option(
    "--write",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the design's scores to a file to commit, for a later --baseline. With --baseline, only if all passes.",
)
@workspace_option
@json_option
def command(
    study: str,
    baseline: str | None,
    margins: tuple[str, ...],
    junit: Path | None,
    write: Path | None,
    workspace: Path,
    as_json: bool,
) -> int:
    """Exit with 0 if STUDY's design is no worse than a baseline and meets its targets, with 4 and the reason if not.

    STUDY is the newest unless given; without STUDY:ID, its design is its pick, or its best where it has none. No worse
    means that all of the paired difference's interval (one-sided, 95 %) lies above -margin: too few queries do not pass,
    and neither does a target on what was never measured.

    \b
    Examples:
      ragtune check quickstart --write tests/retrieval.json
      ragtune check quickstart --baseline tests/retrieval.json --margin nDCG@10=0.02 --junit check.xml
      ragtune check quickstart --baseline quickstart-77b01c2d
    """
    from ragtune.designs import find_design, write_snapshot
    from ragtune.engine.workspace import Workspace
    from ragtune.files import write_atomically
    from ragtune.gating import gate
    from ragtune.gating import junit as as_junit

    place = Workspace(workspace, say)
    stated = dict(_margin(text) for text in margins)
    candidate = find_design(study, place)
    nothing = baseline is None and not candidate.targets and not stated
    found = None if write and nothing else gate(candidate, _before(baseline, place), stated)
    if junit and found:
        write_atomically(junit, as_junit(found).encode())
    passed = found is None or found.passed
    if write and (passed or baseline is None):
        write_snapshot(candidate, write)
        say(f"wrote the scores of {candidate.label} to {write}")
    if as_json:
        print_json(found.as_json() if found else {"passed": True, "checks": []})
    elif found:
        _tell(found)
    return 0 if passed else FAILED


def _before(reference: str | None, workspace: Workspace) -> Design | None:
    from ragtune.designs import find_design

    return find_design(reference, workspace) if reference else None


def _margin(text: str) -> tuple[str, float]:
    metric, equals, value = text.rpartition("=")
    try:
        return metric, float(value if equals and metric else "")
    except ValueError:
        raise click.BadParameter(
            f"is written METRIC=X, as in nDCG@10=0.02, not {text}", param_hint="--margin"
        ) from None


def _tell(found: Gate) -> None:
    import textwrap

    click.echo(f"{found.candidate} against {found.baseline or 'its targets'}")
    for note in found.notes:
        click.echo(textwrap.fill(f"note: {note}", 80, subsequent_indent="  "))
    for check in found.checks:
        mark = click.style("ok    ", fg="green") if check.passed else click.style("FAILED", fg="red", bold=True)
        lines = textwrap.wrap(check.told, 72)
        click.echo(f"{mark}  {lines[0]}")
        for line in lines[1:]:
            click.echo(f"{'':8}{line}")
    failed = sum(not check.passed for check in found.checks)
    n = len(found.checks)
    click.echo(f"{failed} of {n} checks failed" if failed else f"all {n} checks passed")
