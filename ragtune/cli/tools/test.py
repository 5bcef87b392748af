"""`ragtune tools test`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ragtune.cli._options import json_option, print_json, say, workspace_option

if TYPE_CHECKING:
    from ragtune.gating import Check, Gate

FAILED = 4


@click.command(name="test", short_help="Gate tools in CI: thresholds met, no worse than a snapshot.")
@click.option("--tools", type=click.Path(path_type=Path), required=True, help="The file or folder of the tools.")
@click.option("--cases", required=True, help="The cases: a path, or a format with its knobs.")
@click.option("--config", type=click.Path(path_type=Path), help="A configuration whose baseline is the design.")
@click.option("--study", metavar="STUDY[:CONFIG]", help="A study whose pick is the design.")
@click.option("--min", "least", multiple=True, metavar="METRIC=X", help="A bound that the mean of a metric must meet.")
@click.option("--baseline", type=click.Path(dir_okay=False, path_type=Path), help="A snapshot made by --write.")
@click.option(
    "--margin", type=float, default=0.02, show_default=True, help="By how much selection accuracy may be worse."
)
@click.option("--lint", "lint_level", type=click.Choice(["error", "warning", "note"]), help="Fail on lint this bad.")
@click.option("--junit", type=click.Path(dir_okay=False, path_type=Path), help="Write the checks as JUnit XML.")
@click.option("--write", type=click.Path(dir_okay=False, path_type=Path), help="Write a snapshot, if all checks pass.")
@workspace_option
@json_option
def command(
    tools: Path,
    cases: str,
    config: Path | None,
    study: str | None,
    least: tuple[str, ...],
    baseline: Path | None,
    margin: float,
    lint_level: str | None,
    junit: Path | None,
    write: Path | None,
    workspace: Path,
    as_json: bool,
) -> int:
    """Exit with 0 if the tools meet every bound and are no worse than a snapshot on the cases, with 4 and why if not.

    No worse means that all of the paired difference's interval (one-sided, 95 %) lies above -margin. A metric that is
    better when lower (wrong_tool, tool_tokens) must be at most X. The snapshot is as `ragtune check --write` makes it.

    \b
    Examples:
      ragtune tools test --tools tools.yaml --cases cases.jsonl --min selection_accuracy=0.8
      ragtune tools test --tools tools.yaml --cases cases.jsonl --write tests/tools.json
      ragtune tools test --tools tools.yaml --cases cases.jsonl --baseline tests/tools.json
    """
    from ragtune.designs import read_snapshot, write_snapshot
    from ragtune.engine.workspace import Workspace
    from ragtune.files import write_atomically
    from ragtune.gating import junit as as_junit
    from ragtune.tooltest import tested

    place = Workspace(workspace, say)
    before = read_snapshot(baseline) if baseline else None
    bounds = dict(_bound(text) for text in least)
    design, found = tested(tools, cases, config, study, bounds, before, margin, lint_level, place)
    if junit and found:
        write_atomically(junit, as_junit(found).encode())
    if write and found.passed:
        write_snapshot(design, write)
        say(f"wrote the scores of {design.label} to {write}")
    if as_json:
        means = dict(zip(design.metrics, design.values.mean(axis=1).tolist(), strict=True))
        print_json({**found.as_json(), "metrics": means})
    else:
        _tell(found)
    return 0 if found.passed else FAILED


def _bound(text: str) -> tuple[str, float]:
    metric, equals, value = text.rpartition("=")
    try:
        return metric, float(value if equals and metric else "")
    except ValueError:
        raise click.BadParameter(f"is written METRIC=X, not {text}", param_hint="--min") from None


def _tell(found: Gate) -> None:
    import textwrap

    click.echo(f"{found.candidate} against {found.baseline or 'its bounds'}")
    for note in found.notes:
        click.echo(textwrap.fill(f"note: {note}", 80, subsequent_indent="  "))
    for check in found.checks:
        _tell_one(check)
    failed, n = sum(not check.passed for check in found.checks), len(found.checks)
    click.echo(f"{failed} of {n} checks failed" if failed else f"all {n} checks passed")


def _tell_one(check: Check) -> None:
    import textwrap

    mark = click.style("ok    ", fg="green") if check.passed else click.style("FAILED", fg="red", bold=True)
    lines = textwrap.wrap(check.told, 72)
    click.echo(f"{mark}  {lines[0]}")
    for line in lines[1:]:
        click.echo(f"{'':8}{line}")
