"""The command line: one command a file, imported when it is called. `ragtune --help` imports nothing but click."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click

COMMANDS = {
    "ab": "Split traffic between two bundles, and say which is better.",
    "bundle": "Look into bundles, check and compare them.",
    "catalog": "List what helped, by how much and on which data, from all studies.",
    "check": "Gate a design in CI: no worse than a baseline, targets met.",
    "compare": "Compare two studies or designs, query by query.",
    "completion": "Print the script that completes commands in your shell.",
    "components": "List what a configuration may name, with all knobs.",
    "cost": "Say what routing, caching, batches or hosting would save.",
    "dataset": "Look into datasets, convert them, make questions up.",
    "doctor": "Check that this machine has what ragtune needs.",
    "explain": "Show where a design loses evidence, over all queries or for one.",
    "export": "Write a tuned retriever, or tuned tools, as a bundle that an app loads.",
    "feedback": "Make a dataset of the clicks and thumbs in a log.",
    "history": "Show how a dataset's metrics went over its studies.",
    "init": "Write a configuration and a small dataset that run as they are.",
    "judge": "Hold measures of answers against what people said.",
    "monitor": "Say from a log whether queries have changed, and when to tune again.",
    "noise": "Measure how far designs are from themselves.",
    "plan": "Say what a sweep would cost, without running it.",
    "report": "Write a study as one HTML file, or as Markdown.",
    "schema": "Print the JSON schema of configuration files.",
    "serve": "Serve a bundle over REST, or as an MCP server.",
    "show": "Show the leaderboard of a study.",
    "studies": "List the studies of a workspace.",
    "sweep": "Run every configuration once and say which is best.",
    "tools": "Edit, lint, measure and export the tools an agent sees.",
    "tune": "Tune on a folder or dataset within a given time, no configuration needed.",
    "validate": "Check a configuration file; every fault at once.",
}
"""Command -> its help in one line. A test holds it equal to the commands' own."""


class LazyGroup(click.Group):
    """Imports a command's module when the command is called, and not for the list of commands."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The words of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        if cmd_name not in COMMANDS:  # click looks here for what may have been meant
            self.commands = {word: click.Command(word, help=told) for word, told in COMMANDS.items()}
            return None
        command: click.Command = import_module(f"ragtune.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The table of commands, from the table above."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="ragtune", message="%(prog)s %(version)s")
def cli() -> None:
    """Tune what a language model is given, on your own data.

    Name alternatives in YAML, run one command, learn which design wins.

    \b
    Examples:
      ragtune init my-rag && cd my-rag && ragtune sweep ragtune.yaml
      ragtune sweep configs/quickstart.yaml
      ragtune show
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; exit with 0 ok, 1 failure, 2 usage or configuration, 3 partial, 4 check failed, 130 interrupted."""
    argv = list(sys.argv[1:] if arguments is None else arguments)
    colour: dict[str, Any] = {"color": False} if os.environ.get("NO_COLOR") else {}
    try:
        code = cli.main(argv, prog_name="ragtune", standalone_mode=False, **colour)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (KeyboardInterrupt, click.Abort):
        resume = f" Everything finished is kept. Resume with:\n  ragtune {shlex.join(argv)}"
        click.echo("\nInterrupted." + (resume if argv[:1] == ["sweep"] else ""), err=True)
        code = 130
    except BrokenPipeError:  # the reader of a pipe has gone, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception as error:
        code = _explain(error)
    if code == 3 and argv[:1] in (["sweep"], ["tune"]):
        click.echo(f"Everything finished is kept. Resume with:\n  ragtune {shlex.join(argv)}", err=True)
    sys.exit(code if isinstance(code, int) else 0)


def _explain(error: Exception) -> int:
    """Errors that a user can cause are told in words; anything else is a bug and keeps its traceback."""
    from ragtune.errors import RagtuneError

    if not isinstance(error, RagtuneError | OSError):
        raise error
    for line in str(error).splitlines():
        click.echo(f"{click.style('error:', fg='red')} {line}", err=True)
    return error.exit_code if isinstance(error, RagtuneError) else 1
