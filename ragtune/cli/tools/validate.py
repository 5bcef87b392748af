"""`ragtune tools validate`."""

from __future__ import annotations

import click

from ragtune.cli._options import json_option, print_json


@click.command(name="validate", short_help="Check a tool file; every fault at once.")
@click.argument("tools", type=click.Path())
@json_option
def command(tools: str, as_json: bool) -> None:
    """Check TOOLS, a file or a folder of files, and say what is in it. Exit code 2 if anything is wrong.

    \b
    Examples:
      ragtune tools validate tools.yaml
      ragtune tools validate tools/
    """
    from ragtune.tools import load_tools

    found = load_tools(tools).tools
    told = {
        "tools": len(found),
        "servers": len({tool.server for tool in found if tool.server}),
        "parameters": sum(1 for tool in found for _ in tool.walk()),
        "examples": sum(len(tool.examples) for tool in found),
    }
    if as_json:
        print_json(told)
        return
    click.echo(f"{tools} is right: " + ", ".join(f"{count:,} {what}" for what, count in told.items() if count))
