"""`ragtune tools cases`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ragtune.cli._options import json_option, print_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ragtune.cases import Loaded


@click.group(name="cases", short_help="Check cases of tools, and convert them.")
def command() -> None:
    """Check cases of tools, and convert them to ragtune's own format.

    \b
    Examples:
      ragtune tools cases check cases.yaml --tools tools.yaml
      ragtune tools cases convert "bfcl(path=data)" --tools tools.yaml -o cases.jsonl
      ragtune tools cases schema > cases.schema.json
    """


tools_option = click.option(
    "--tools", type=click.Path(path_type=Path), required=True, help="The file or folder of the tools."
)


@command.command(name="check", short_help="Say what is in a file of cases, and everything that is wrong with it.")
@click.argument("cases")
@tools_option
@json_option
def check(cases: str, tools: Path, as_json: bool) -> None:
    """Say what is in CASES, a path or a format with its knobs, and everything that is wrong with it, by file and line.

    \b
    Examples:
      ragtune tools cases check cases.yaml --tools tools.yaml
      ragtune tools cases check "candidates(path=data, skip_unknown=true)" --tools tools.yaml
    """
    from ragtune.cases import read_cases
    from ragtune.tools import load_tools

    loaded = read_cases(cases, load_tools(tools))
    if as_json:
        print_json(_counts(loaded))
        return
    for line in told(cases, loaded):
        click.echo(line)


@command.command(name="convert", short_help="Write cases in ragtune's own format.")
@click.argument("cases")
@tools_option
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="A .jsonl, .json or .yaml file.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@json_option
def convert(cases: str, tools: Path, output: Path, force: bool, as_json: bool) -> None:
    """Write CASES, a path or a format with its knobs, in ragtune's own format, with the ids of the tools.

    \b
    Examples:
      ragtune tools cases convert export.jsonl --tools tools.yaml -o cases.yaml
    """
    from ragtune.cases import read_cases, write_cases
    from ragtune.tools import load_tools

    loaded = read_cases(cases, load_tools(tools))
    write_cases(loaded.cases, output, force=force)
    if as_json:
        print_json({"output": str(output), **_counts(loaded)})
        return
    click.echo(f"wrote {output}: {len(loaded.cases):,} cases")
    for line in list(told(cases, loaded))[2:]:
        click.echo(line)


@command.command(name="schema", short_help="Print the JSON schema of a file of cases, for editors.")
def schema() -> None:
    """Print the JSON schema of a file of cases, for editors.

    \b
    Examples:
      ragtune tools cases schema > cases.schema.json
    """
    from ragtune.cases import json_schema

    print_json(json_schema())


def told(name: str, loaded: Loaded) -> Iterator[str]:
    """What is in a file of cases, in words."""
    found = _counts(loaded)
    yield f"{name}: nothing is wrong ({found['format']})"
    yield f"cases      {found['cases']:,}; no tool fits {found['no_tool']:,}, several calls {found['several_calls']:,}"
    for recipe, count in found["simulated"].items():
        yield f"simulated  {count:,} by {recipe}"
    for reason, count in found["left_out"].items():
        yield f"left out   {count:,}: {reason}"
    for tool, count in found["skipped"].items():
        yield f"skipped    '{tool}', which is not in the tool set, in {count:,} cases"


def _counts(loaded: Loaded) -> dict[str, Any]:
    from collections import Counter

    return {
        "format": str(loaded.format),
        "cases": len(loaded.cases),
        "no_tool": sum(not case.calls for case in loaded.cases),
        "several_calls": sum(len(case.calls) > 1 for case in loaded.cases),
        "simulated": dict(Counter(case.simulated for case in loaded.cases if case.simulated)),
        "left_out": {reason: len(ids) for reason, ids in loaded.left_out.items()},
        "skipped": {tool: len(ids) for tool, ids in loaded.skipped.items()},
    }
