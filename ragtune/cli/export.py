"""`ragtune export`."""

from __future__ import annotations

from pathlib import Path

import click

from ragtune.cli._options import json_option, print_json, say, workspace_option


@click.command(name="export", short_help="Write a tuned retriever as a bundle that an app loads.")
@click.argument("study", required=False)
@click.argument("configuration", required=False)
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="Folder of the bundle.")
@workspace_option
@json_option
def command(study: str | None, configuration: str | None, output: Path, workspace: Path, as_json: bool) -> None:
    """Write a CONFIGURATION of STUDY, its pick unless given, as a folder that `ragtune.load` reads.

    The bundle holds the documents, the index and the design; no questions. A bundle that is there already is replaced at
    once or not at all.

    \b
    Examples:
      ragtune export -o retriever
      ragtune export quickstart baseline -o retriever
    """
    from ragtune.bundling import export
    from ragtune.designs import find_design
    from ragtune.engine.workspace import Workspace
    from ragtune.study import newest, open_study

    place = Workspace(workspace, say)
    opened = open_study(study, place) if study else newest(place)
    design = find_design(configuration or "pick", place, opened)
    manifest = export(opened, place, design.id, output)
    size = sum(each.bytes for each in manifest.artefacts.values())
    if as_json:
        print_json(
            {"output": str(output), "bytes": size, **manifest.model_dump(include={"study", "configuration", "slots"})}
        )
        return
    click.echo(f"wrote {output}, {size / 1e6:.1f} MB: {manifest.told_size}")
    say(f"next:  python -c \"import ragtune; print(ragtune.load({str(output)!r}).retrieve('your question')[0].text)\"")
