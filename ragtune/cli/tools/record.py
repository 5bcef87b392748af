"""`ragtune tools record`."""

from __future__ import annotations

from pathlib import Path

import click

from ragtune.cli._options import say, workspace_option


@click.command(name="record", short_help="Write what a caller replied in a study, to be replayed.")
@click.argument("reference", metavar="[STUDY[:CONFIGURATION]]", default="newest")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="File to write.")
@click.option("--force", is_flag=True, help="Replace the file if it is there.")
@workspace_option
def command(reference: str, output: Path, force: bool, workspace: Path) -> None:
    """Write the replies of a configuration as JSON lines, which the caller `replay` reads.

    A study alone stands for its pick. A sweep with `caller: replay(path=…)` is then scored anew without a model, by other
    measures or on corrected cases; replies that were given for other tools are refused.

    \b
    Examples:
      ragtune tools record -o replies.jsonl
      ragtune tools record assistant:1e786096 -o replies.jsonl
    """
    from ragtune.callers import write_recording
    from ragtune.designs import find_design
    from ragtune.engine.workspace import Workspace
    from ragtune.errors import InputError
    from ragtune.study import open_study
    from ragtune.toolpanels import trace_tools
    from ragtune.tools import Replies

    if output.exists() and not force:
        raise InputError(f"{output} is there already; --force replaces it")
    place = Workspace(workspace, say)
    design = find_design(reference, place)
    judged = trace_tools(open_study(design.study, place), place, design.id).judged
    write_recording(
        output,
        Replies(tuple(judged.replies)),
        judged.requests,
        ids=[case.id for case in judged.cases],
        shown=judged.shown,
        toolset=judged.toolset,
    )
    failed = sum(bool(reply.failed) for reply in judged.replies)
    click.echo(
        f"{output}: {len(judged.replies)} replies of {design.label}" + (f", {failed} of them failed" if failed else "")
    )
