"""`ragtune tools import`."""

from __future__ import annotations

from pathlib import Path

import click

from ragtune.cli._options import json_option, print_json, say


@click.command(name="import", short_help="Read tools from a server, a provider's format, Python or OpenAPI.")
@click.argument("source")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Tool file to write (.yaml, .json)."
)
@click.option("--format", "format_", default="", metavar="FORMAT", help="Format of a file, where it is not recognised.")
@click.option("--timeout", default=30.0, show_default=True, metavar="S", help="Seconds that a server has, all in all.")
@click.option("--env", "environment", multiple=True, metavar="NAME", help="Variable that a started server may see.")
@click.option("--token-env", default="", metavar="NAME", help="Variable that holds the bearer token of an address.")
@json_option
def command(
    source: str,
    output: Path | None,
    format_: str,
    timeout: float,
    environment: tuple[str, ...],
    token_env: str,
    as_json: bool,
) -> None:
    """Read tools from SOURCE and write them as a tool file (to standard output without -o).

    SOURCE is a file (a dump of MCP's tools/list, the tools of an OpenAI, Anthropic or Gemini request, an OpenAPI 3
    document), Python functions (pkg.mod:func, pkg.mod or file.py; the module is run), or a live MCP server: its command
    after stdio:, or its address. What of it a tool has no place for is told on standard error.

    \b
    Examples:
      ragtune tools import tools-list.json -o tools.yaml
      ragtune tools import "stdio:npx -y @modelcontextprotocol/server-filesystem ." -o tools.yaml
      ragtune tools import https://example.com/mcp --token-env MCP_TOKEN -o tools.yaml
      ragtune tools import openapi.yaml -o tools.yaml
      ragtune tools import my_package.tools:search -o tools.yaml
    """
    from ragtune.mcp_client import import_tools, is_server, parse_server
    from ragtune.toolformats._importing import read_source
    from ragtune.toolformats._reporting import told
    from ragtune.tools import save_tools

    if is_server(source):
        server = parse_server(source, environment=environment, token_from=token_env, timeout_s=timeout)
        tools, losses = import_tools(server)
        word = "mcp"
    else:
        tools, word, losses = read_source(source, format_)
    if output is not None:
        save_tools(output, tools.tools)
    if as_json:
        print_json({"format": word, "tools": tools.spec(), "left_out": [loss.__dict__ for loss in losses]})
        return
    if output is None:
        print_json({"tools": tools.spec()})
    say(f"{len(tools):,} tools read as {word}" + (f", written to {output}" if output is not None else ""))
    for line in told(losses, "left out"):
        say(line)
