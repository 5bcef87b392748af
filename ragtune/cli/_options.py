"""Options and output that commands share."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

_F = TypeVar("_F", bound=Callable[..., Any])

workspace_option = click.option(
    "--workspace",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".ragtune"),
    envvar="RAGTUNE_WORKSPACE",
    show_default=True,
    show_envvar=True,
    help="Folder that keeps all results.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else.")
config_argument = click.argument("config", type=click.Path(path_type=Path))


def config_options(command: _F) -> _F:
    """`--set` and `--dataset`."""
    for option in (
        click.option("--dataset", metavar="PATH", help="Dataset to use instead of the configuration's."),
        click.option(
            "--set",
            "overrides",
            multiple=True,
            metavar="A.B=VALUE",
            help="Override a value, e.g. space.embedder=minilm.",
        ),
    ):
        command = option(command)
    return command


def next_command(command: str, workspace: Path) -> str:
    """A command to type, with the workspace if it is not the one that is looked for first."""
    from shlex import quote

    named = "" if workspace == Path(".ragtune") else f" --workspace {quote(str(workspace))}"
    return f"next:  ragtune {command}{named}"


def say(message: str) -> None:
    """Something worth telling that is not the result."""
    click.echo(message, err=True)


def print_json(value: Any) -> None:
    """One JSON document on standard output; numbers that are not numbers become null."""
    click.echo(json.dumps(_finite(value), ensure_ascii=False, indent=2))


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and value != value else value


def seconds(value: float) -> str:
    """A duration for people: `0.4 s`, `48 s`, `3 min 20 s`, `2 h 5 min`."""
    if value < 10:
        return f"{value:.1f} s"
    if value < 90:
        return f"{value:.0f} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes} min {rest} s" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
