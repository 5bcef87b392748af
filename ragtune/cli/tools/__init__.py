"""`ragtune tools`: one subcommand a file of this package, imported when it is called."""

from __future__ import annotations

from importlib import import_module

import click

SUBCOMMANDS: dict[str, str] = {
    "cases": "Check cases of tools, and convert them.",
    "confusion": "Show which tools are taken for which, and each tool's nearest rival.",
    "diff": "Say what changed between two sets of tools, and whether it breaks callers.",
    "edit": "Edit a tool in your editor, and see at once what that does.",
    "export": "Write tools as a provider takes them, and say what is lost.",
    "import": "Read tools from a server, a provider's format, Python or OpenAPI.",
    "lint": "Say what is likely wrong with tools, and fix what is safe to fix.",
    "panel": "Show abstention, errors, the pool-size curve, or how far a proxy holds.",
    "record": "Write what a caller replied in a study, to be replayed.",
    "schema": "Print the JSON schema of tool files.",
    "simulate": "Draft cases for tools that have none.",
    "suggest": "Find wordings that end confusions, held to a gain on held-out cases.",
    "test": "Gate tools in CI: thresholds met, no worse than a snapshot.",
    "tokens": "Count what it takes to show tools: tokens and money.",
    "try": "See which tools a query is shown, and what is called.",
    "validate": "Check a tool file; every fault at once.",
}
"""Subcommand -> its help in one line. A test holds it equal to the commands' own."""


class LazyTools(click.Group):
    """Imports a subcommand's module when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The words of all subcommands."""
        return list(SUBCOMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one subcommand."""
        if cmd_name not in SUBCOMMANDS:
            self.commands = {word: click.Command(word, help=told) for word, told in SUBCOMMANDS.items()}
            return None
        module = cmd_name if cmd_name not in ("import", "try") else f"{cmd_name}_"
        command: click.Command = import_module(f"ragtune.cli.tools.{module}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The table of subcommands, from the table above."""
        with formatter.section("Commands"):
            formatter.write_dl(list(SUBCOMMANDS.items()))


@click.group(name="tools", cls=LazyTools, short_help="Edit, lint, measure and export the tools an agent sees.")
def command() -> None:
    """Edit, lint, measure and export the tools an agent sees.

    \b
    Examples:
      ragtune tools lint tools.yaml
      ragtune sweep configs/tools.yaml
    """
