"""`ragtune export`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ragtune.cli._options import json_option, print_json, say, workspace_option

if TYPE_CHECKING:
    from ragtune.stores import Watcher

EVERY_S = 3.0


@click.command(name="export", short_help="Write a tuned retriever, or tuned tools, as a bundle that an app loads.")
@click.argument("study", required=False)
@click.argument("configuration", required=False)
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="Folder of the bundle.")
@click.option("--store", metavar="URL", help="Vector store that searches in place of an index in memory.")
@workspace_option
@json_option
def command(
    study: str | None, configuration: str | None, output: Path, store: str | None, workspace: Path, as_json: bool
) -> None:
    """Write a CONFIGURATION of STUDY, its pick unless given, as a folder that `ragtune.load` reads, or `load_tools` for tools.

    The bundle holds the documents or tools, the index and the design; no questions. A bundle that is there already is
    replaced at once or not at all. With --store the vectors go into a store as well, in batches, and it answers the searches
    among them; what was cut off goes on when the same command is run again.

    \b
    Examples:
      ragtune export -o retriever
      ragtune export quickstart baseline -o retriever
      ragtune export -o retriever --store chroma://localhost:8000/handbook
      ragtune export -o retriever --store postgresql://app@localhost/app#handbook
    """
    from ragtune.bundling import export
    from ragtune.designs import find_design
    from ragtune.engine.workspace import Workspace
    from ragtune.study import newest, open_study

    place = Workspace(workspace, say)
    opened = open_study(study, place) if study else newest(place)
    design = find_design(configuration or "pick", place, opened)
    manifest = export(opened, place, design.id, output, store=store, watcher=_teller())
    size = sum(each.bytes for each in manifest.artefacts.values())
    if as_json:
        print_json(
            {
                "output": str(output),
                "bytes": size,
                **manifest.model_dump(include={"study", "configuration", "slots", "store"}),
            }
        )
        return
    click.echo(f"wrote {output}, {size / 1e6:.1f} MB: {manifest.told_size}")
    if manifest.store:
        click.echo(f"{manifest.store.url} searches: overlap@10 with exact search {manifest.store.overlap:.3f}")
    use = f"load_tools({str(output)!r}).select('your request')[0].name"
    if manifest.pipeline == "rag":
        use = f"load({str(output)!r}).retrieve('your question')[0].text"
    say(f'next:  python -c "import ragtune; print(ragtune.{use})"')


def _teller() -> Watcher:
    """Says how far a store is filled, every few seconds."""
    said = time.monotonic()

    def tell(done: int, total: int) -> None:
        nonlocal said
        if time.monotonic() - said > EVERY_S:
            said = time.monotonic()
            say(f"{done:,} of {total:,} chunks are in the store")

    return tell
