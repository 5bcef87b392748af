"""`ragtune bundle`."""

from __future__ import annotations

from pathlib import Path

import click

from ragtune.cli._options import json_option, print_json

_folder = click.Path(path_type=Path)


@click.group(name="bundle", short_help="Look into bundles, check and compare them.")
def command() -> None:
    """Look into bundles, check and compare them.

    \b
    Examples:
      ragtune bundle inspect retriever
      ragtune bundle verify retriever
      ragtune bundle diff retriever other
    """


@command.command(name="inspect", short_help="Say what a bundle is.")
@click.argument("folder", type=_folder)
@json_option
def inspect(folder: Path, as_json: bool) -> None:
    """Say what the bundle in FOLDER is: its design, data, verdict and size.

    \b
    Examples:
      ragtune bundle inspect retriever
    """
    from ragtune import spelling
    from ragtune.bundling import read_manifest

    found = read_manifest(folder)
    if as_json:
        print_json(found.model_dump())
        return
    size = sum(each.bytes for each in found.artefacts.values())
    click.echo(f"configuration {found.configuration} of {found.study}")
    click.echo(f"made by ragtune {found.ragtune}, {found.made}")
    click.echo(f"revision {found.revision}: {found.told_size}, {size / 1e6:.1f} MB")
    if found.store:
        click.echo(f"searched in {found.store.url}, overlap@10 with exact search {found.store.overlap:.3f}")
    for slot, spec in found.slots.items():
        click.echo(f"  {slot:<10}{spelling.write(spec)}")
    for metric, mean in found.verdict["means"].items():
        click.echo(f"  {metric:<24}{mean:.4f}")


@command.command(name="verify", short_help="Check every file of a bundle, and that it loads.")
@click.argument("folder", type=_folder)
def verify(folder: Path) -> None:
    """Check every file of the bundle in FOLDER, that it loads, and that packages are as they were; exit 4 if not.

    \b
    Examples:
      ragtune bundle verify retriever
    """
    from importlib.metadata import PackageNotFoundError, version

    from ragtune.bundling import faults, load, load_tools, read_manifest

    manifest = read_manifest(folder)
    wrong = list(faults(folder, manifest))
    for line in wrong:
        click.echo(line, err=True)
    if wrong:
        raise click.exceptions.Exit(4)
    if manifest.pipeline == "tools":
        load_tools(folder)
    else:
        load(folder).close()
    for name, told in manifest.lock.items():
        try:
            now = version(name)
        except PackageNotFoundError:
            continue
        if now != told:
            click.echo(f"note: {name} was {told} in the study and is {now} here", err=True)
    click.echo(f"{folder} is whole: {len(manifest.artefacts)} files")


@command.command(name="diff", short_help="Say in what two bundles differ.")
@click.argument("one", type=_folder)
@click.argument("other", type=_folder)
@json_option
def diff(one: Path, other: Path, as_json: bool) -> None:
    """Say in what bundle ONE differs from OTHER: slots, component versions, data, packages; exit 4 if they do.

    \b
    Examples:
      ragtune bundle diff retriever other
    """
    from ragtune.bundling import differences, read_manifest

    found = list(differences(read_manifest(one), read_manifest(other)))
    if as_json:
        print_json([{"what": what, "one": a, "other": b} for what, a, b in found])
    for what, a, b in found if not as_json else ():
        click.echo(f"{what}: {a} → {b}")
    if found:
        raise click.exceptions.Exit(4)
