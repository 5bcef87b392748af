"""`ragtune completion`."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command(name="completion", short_help="Print the script that completes commands in your shell.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]), default="bash")
def command(shell: str) -> None:
    """Print the script that completes ragtune's commands and options in SHELL.

    \b
    Examples:
      ragtune completion bash >> ~/.bashrc
      ragtune completion zsh >> ~/.zshrc
      ragtune completion fish > ~/.config/fish/completions/ragtune.fish
    """
    from ragtune.cli import cli

    cls = get_completion_class(shell)
    if cls is None:
        raise click.UsageError(f"there is no completion for {shell}")
    click.echo(cls(cli, {}, "ragtune", "_RAGTUNE_COMPLETE").source())
