"""`ragtune tools edit`."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ragtune.cli._options import json_option, print_json, say, workspace_option

if TYPE_CHECKING:
    from ragtune.cli.tools._measuring import Background
    from ragtune.tooledit import Opened
    from ragtune.tools import Tool


@click.command(name="edit", short_help="Edit a tool in your editor, and see at once what that does.")
@click.argument("name")
@click.option("--tools", type=click.Path(path_type=Path), required=True, help="The file or folder of the tools.")
@click.option("--cases", help="Cases to measure on; cases.* beside the tools unless given.")
@click.option(
    "--config", type=click.Path(path_type=Path), help="A configuration whose baseline is the design to measure."
)
@click.option("--study", metavar="STUDY[:CONFIG]", help="A study whose pick is the design to measure.")
@click.option(
    "--provider", default="openai", show_default=True, help="Whose tokens: openai, anthropic, mistral, cl100k."
)
@click.option(
    "--top", type=click.IntRange(min=0), default=8, show_default=True, help="How many rivals and queries to list."
)
@workspace_option
@json_option
def command(
    name: str,
    tools: Path,
    cases: str | None,
    config: Path | None,
    study: str | None,
    provider: str,
    top: int,
    workspace: Path,
    as_json: bool,
) -> int:
    """Open the tool NAME (id or name) in $VISUAL or $EDITOR, write it back if it is right, and show the effect.

    What is shown: tokens, lint, selection accuracy before and after (paired 95 % interval and p), new rivals, and the
    queries that flipped, by the design of --config or --study, else by MiniLM: 5 tools retrieved, the likest called. Only
    the edited tool is embedded again. A text with faults is opened again, or, without a terminal, kept beside; exit 2.

    \b
    Examples:
      ragtune tools edit create_ticket --tools tools.yaml --cases cases.jsonl
      EDITOR="code --wait" ragtune tools edit create_ticket --tools tools/ --config configs/tools.yaml
    """
    from ragtune.cli.tools._editor import edited
    from ragtune.cli.tools._measuring import Background
    from ragtune.tooledit import open_tool
    from ragtune.tools import load_tools

    toolset = load_tools(tools)
    opened = open_tool(tools, name, toolset)
    background = Background(opened.tool.id, provider, tools, toolset, cases, config, study, workspace)
    background.start()
    found = edited(opened, background.known)
    if found is None:
        say("nothing was changed")
        return 0
    _show(opened, found, background, top, as_json)
    return 0


def _show(opened: Opened, found: tuple[str, Tool, float], background: Background, top: int, as_json: bool) -> None:
    from ragtune.cli.tools._editor import keep
    from ragtune.cli.tools._effects import told
    from ragtune.errors import InputError
    from ragtune.tooledit import write_back

    text, tool, closed = found
    try:
        after = write_back(opened, text, tool)
    except InputError:
        say(f"your text is kept at {keep(opened, text)}")
        raise
    say(f"wrote {tool.id} in {opened.file}")
    if tool.id not in background.toolset.place:
        say(f"the tool has another id now ({tool.id}), so there is no before to compare with")
        return
    effect = background.effect(after)
    seconds = time.perf_counter() - closed
    if as_json:
        print_json(
            {"file": str(opened.file), "design": background.design, "seconds": round(seconds, 3), **effect.as_json()}
        )
    else:
        for line in told(effect, background.provider, top):
            click.echo(line)
        click.echo(click.style(f"{seconds:.1f} s after the editor closed", dim=True), err=True)
    sys.stdout.flush()
    background.keep()
