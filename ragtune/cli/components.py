"""`ragtune components`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ragtune.cli._options import json_option, print_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ragtune.catalogue import Entry


@click.command(name="components", short_help="List what a configuration may name, with all knobs.")
@click.argument("kind", required=False)
@click.argument("name", required=False)
@json_option
@click.option("--markdown", is_flag=True, help="Print the page of all components.")
def command(kind: str | None, name: str | None, as_json: bool, markdown: bool) -> None:
    """List what a configuration may name: all components, those of a KIND, or the one of a NAME with its knobs.

    \b
    Examples:
      ragtune components
      ragtune components retriever
      ragtune components chunker sentence
      ragtune components --json
    """
    from dataclasses import asdict

    from ragtune import catalogue
    from ragtune.component import find
    from ragtune.errors import InputError, suggest

    if markdown:
        click.echo(catalogue.markdown(), nl=False)
        return
    kind = kind.removesuffix("s") if kind and kind.removesuffix("s") in catalogue.KINDS else kind
    if kind is not None and kind not in catalogue.KINDS:
        raise InputError(f"there is no kind '{kind}'{suggest(kind, catalogue.KINDS)}")
    found = [catalogue.entry(find(kind, name))] if kind and name else list(catalogue.entries(kind))
    if as_json:
        print_json([asdict(each) for each in found])
    else:
        for line in (_whole if name else _listed)(found):
            click.echo(line)


def _listed(found: list[Entry]) -> Iterator[str]:
    """A line or a few for each, under its kind."""
    at = ""
    for each in found:
        if each.kind != at:
            if at:
                yield ""
            at = each.kind
            yield click.style(f"{at}s", bold=True)
        yield from _wrapped(f"  {each.name:<22}", each.what)


def _whole(found: list[Entry]) -> Iterator[str]:
    """Everything about each."""
    for each in found:
        yield click.style(f"{each.kind} {each.name}", bold=True)
        yield from ("", each.description, "")
        if each.extra:
            yield f"needs, for all or a part of this: pip install 'ragtune[{each.extra}]'"
        for knob in each.knobs:
            unit = f" {knob.unit}" if knob.unit else ""
            default = f" = {knob.default}" if knob.default else " (must be given)"
            yield f"  {knob.name}: {knob.type}{unit}{default}"
            if knob.what:
                yield from _wrapped("      ", knob.what)


def _wrapped(begin: str, text: str) -> Iterator[str]:
    from textwrap import wrap

    for i, line in enumerate(wrap(text, 79 - len(begin))):
        yield (begin if i == 0 else " " * len(begin)) + line
