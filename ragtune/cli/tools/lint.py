"""`ragtune tools lint`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(name="lint", short_help="Say what is likely wrong with tools, and fix what is safe to fix.")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--select", multiple=True, metavar="RT101,…", help="Only these rules: codes, their beginnings, or words.")
@click.option("--ignore", multiple=True, metavar="RT101,…", help="Not these rules.")
@click.option("--format", "form", type=click.Choice(["text", "json", "sarif"]), default="text", show_default=True)
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the report to a file.")
@click.option("--fix", is_flag=True, help="Put right what is safe, show the change, and report what is left.")
@click.option("--diff", is_flag=True, help="Show what --fix would change, and change nothing.")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "note"]),
    default="error",
    show_default=True,
    help="Exit with 4 when something this bad is found.",
)
def command(
    path: Path,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    form: str,
    output: Path | None,
    fix: bool,
    diff: bool,
    fail_on: str,
) -> None:
    """Say what is likely wrong with the tools in PATH, a tool file or a folder of them.

    Exit code 0 when nothing as bad as --fail-on is found, 4 when there is, 2 when PATH cannot be read. A comment
    `# ragtune: ignore RT101` on a tool's first line, or on the line of a finding, suppresses it (YAML only).

    \b
    Examples:
      ragtune tools lint tools.yaml
      ragtune tools lint tools/ --select RT1,RT5 --fail-on warning
      ragtune tools lint tools.yaml --format sarif -o lint.sarif
      ragtune tools lint tools.yaml --fix
    """
    from ragtune.linting import choose, fix_path, lint_path
    from ragtune.tools._writing import write_atomically

    chosen = choose(_split(select), _split(ignore))
    if fix or diff:
        linted = lint_path(path, chosen)  # refuses what cannot be read before anything is written
        for each in fix_path(path, chosen, write=fix and not diff):
            click.echo(each.diff(), err=form != "text" or output is not None, nl=False)
    linted = lint_path(path, chosen)
    report = _report(linted, form)
    if output is None:
        click.echo(report, nl=False)
    else:
        write_atomically(output, report)
    if linted.at_least(fail_on):
        raise SystemExit(4)


def _report(linted: object, form: str) -> str:
    import json

    from ragtune import __version__
    from ragtune.linting import Linted, sarif, told

    assert isinstance(linted, Linted)
    if form == "text":
        return "".join(f"{line}\n" for line in told(linted))
    value = linted.as_json() if form == "json" else sarif(linted, __version__)
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _split(given: tuple[str, ...]) -> list[str]:
    return [part for each in given for part in each.replace(",", " ").split()]
