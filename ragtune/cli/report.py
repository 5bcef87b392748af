"""`ragtune report`."""

from __future__ import annotations

from pathlib import Path

import click

from ragtune.cli._options import json_option, print_json, say, workspace_option


@click.command(name="report", short_help="Write a study as one HTML file, or as Markdown.")
@click.argument("study", required=False)
@workspace_option
@click.option("--format", "kind", type=click.Choice(["html", "md"]), default="html", show_default=True)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write; report.html in the study's folder unless given. Markdown is printed unless given.",
)
@json_option
def command(study: str | None, workspace: Path, kind: str, output: Path | None, as_json: bool) -> None:
    """Write STUDY, the newest unless given, as a page to look at: one file, which needs no server and no network.

    It holds the verdict, targets and gaps, all designs with their intervals, trade-offs, what each knob is worth, where
    evidence was lost, every query with its documents, and how it was measured. Markdown is short, for a pull request.

    \b
    Examples:
      ragtune report
      ragtune report quickstart -o quickstart.html
      ragtune report quickstart --format md >> "$GITHUB_STEP_SUMMARY"
    """
    from ragtune.engine.workspace import Workspace
    from ragtune.files import write_atomically
    from ragtune.report import report
    from ragtune.study import newest, open_study

    place = Workspace(workspace, say)
    found = open_study(study, place) if study else newest(place)
    text = report(found, place, kind)
    if kind == "md" and output is None and not as_json:
        click.echo(text, nl=False)
        return
    path = output or found.folder / f"report.{kind}"
    data = text.encode("utf-8", "replace")
    write_atomically(path, data)
    if as_json:
        print_json({"study": found.name, "output": str(path), "format": kind, "bytes": len(data)})
    else:
        click.echo(f"wrote {path}, {len(data) / 1e6:.1f} MB")
