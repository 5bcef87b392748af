"""`ragtune schema`."""

from __future__ import annotations

import click

from ragtune.cli._options import print_json


@click.command(name="schema", short_help="Print the JSON schema of configuration files.")
def command() -> None:
    """Print the JSON schema of configuration files, for editors that complete and check YAML.

    \b
    Examples:
      ragtune schema > ragtune.schema.json
      # then, as the first line of a configuration:
      # yaml-language-server: $schema=./ragtune.schema.json
    """
    from ragtune.schema import json_schema

    print_json(json_schema())
