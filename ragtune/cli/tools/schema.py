"""`ragtune tools schema`."""

from __future__ import annotations

import click

from ragtune.cli._options import print_json


@click.command(name="schema", short_help="Print the JSON schema of tool files.")
def command() -> None:
    """Print the JSON schema of tool files, for editors that complete and check YAML.

    \b
    Examples:
      ragtune tools schema > tools.schema.json
      # then, as the first line of a tool file:
      # yaml-language-server: $schema=./tools.schema.json
    """
    from ragtune.tools._schema_for_editors import tool_schema

    print_json(tool_schema())
