"""`ragtune init`."""

from __future__ import annotations

import json
from pathlib import Path

import click

SCHEMA = "ragtune.schema.json"


@click.command(name="init", short_help="Write a configuration and a small dataset that run as they are.")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=Path())
def command(folder: Path) -> None:
    """Write into FOLDER a configuration, its JSON schema and a small dataset: a sweep that runs as it is.

    Then put your documents and questions in their place. Nothing that exists is overwritten.

    \b
    Examples:
      ragtune init
      ragtune init my-rag && cd my-rag && ragtune sweep ragtune.yaml
    """
    from importlib.resources import as_file, files

    from ragtune.errors import Fault, InputError
    from ragtune.files import write_atomically
    from ragtune.schema import json_schema

    with as_file(files("ragtune") / "scaffold") as scaffold:
        contents = {p.relative_to(scaffold): p.read_bytes() for p in sorted(scaffold.rglob("*")) if p.is_file()}
    contents[Path(SCHEMA)] = (json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n").encode()
    taken = [str(folder / path) for path in contents if (folder / path).exists()]
    if taken:
        raise InputError(
            [Fault(path, 0, 0, "is there already; nothing was written, name another folder") for path in taken]
        )
    for path, data in contents.items():
        write_atomically(folder / path, data)
        click.echo(f"wrote {folder / path}")
    where = "" if folder == Path() else f"cd {folder} && "
    click.echo(f"next:  {where}ragtune sweep ragtune.yaml")
