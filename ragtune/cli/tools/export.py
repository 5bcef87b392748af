"""`ragtune tools export`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from ragtune.cli._options import json_option, print_json, say


@click.command(name="export", short_help="Write tools as a provider takes them, and say what is lost.")
@click.argument("tools", type=click.Path(path_type=Path))
@click.option("--format", "format_", required=True, metavar="FORMAT", help="e.g. openai-chat, anthropic, mcp, python.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write instead.")
@click.option("--strict", is_flag=True, help="Hold calls to the schema, where the provider can.")
@click.option(
    "--names", type=click.Path(dir_okay=False, path_type=Path), help="File for the names written and their tools."
)
@click.option("--fail-on-loss", is_flag=True, help="Exit with 4 if a model or a rule would notice a difference.")
@json_option
def command(
    tools: Path, format_: str, output: Path | None, strict: bool, names: Path | None, fail_on_loss: bool, as_json: bool
) -> None:
    """Write the tools of a file or folder as a provider takes them.

    What the format cannot say, and which of the provider's published rules the outcome breaks (too many tools, for
    one), is told on standard error. Names that a provider refuses are rewritten so that no two become one; --names
    keeps which is which.

    \b
    Examples:
      ragtune tools export tools.yaml --format openai-chat --strict -o tools.json
      ragtune tools export tools.yaml --format "gemini(json_schema=true)"
      ragtune tools export tools.yaml --format anthropic --fail-on-loss > /dev/null
    """
    from ragtune.errors import InputError
    from ragtune.toolformats._exporting import export
    from ragtune.toolformats._importing import format_of
    from ragtune.toolformats._reporting import noticed, told, told_breaches
    from ragtune.tools import load_tools
    from ragtune.tools._writing import write_atomically

    format = format_of(format_)
    if format.name == "llama-index":
        raise InputError("llama-index tools are objects, not a file: use ragtune.toolformats.llama_index from Python")
    if strict:
        if "strict" not in type(format).model_fields:
            raise InputError(f"'{format.name}' has no strict mode (openai-chat, openai-responses and anthropic have)")
        format = format.model_copy(update={"strict": True})
    found = export(load_tools(tools), format)
    if names is not None:
        write_atomically(names, json.dumps(dict(found.names), ensure_ascii=False, indent=2) + "\n")
    if output is not None:
        write_atomically(output, _written(found.payload))
    if as_json:
        losses = [loss.__dict__ for loss in found.losses]
        breaches = [breach._asdict() for breach in found.breaches]
        print_json({"payload": found.payload, "names": dict(found.names), "losses": losses, "breaches": breaches})
    elif output is None:
        click.echo(_written(found.payload), nl=False)
    lines = [*told(found.losses, "lost"), *told_breaches(found.breaches, format)]
    for line in lines if not as_json else ():
        say(line)
    if fail_on_loss and (noticed(found.losses) or found.breaches):
        raise click.exceptions.Exit(4)


def _written(payload: Any) -> str:
    """JSON, or the source of a module."""
    return payload if isinstance(payload, str) else json.dumps(payload, ensure_ascii=False, indent=2) + "\n"
