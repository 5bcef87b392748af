"""`ragtune tools try`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ragtune.cli._options import json_option, print_json, say, workspace_option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ragtune.trying import Tried


@click.command(name="try", short_help="See which tools a query is shown, and what is called.")
@click.argument("query")
@click.option("--tools", type=click.Path(path_type=Path), required=True, help="The file or folder of the tools.")
@click.option("--cases", help="Cases, for a design whose edits learn from them.")
@click.option("--config", type=click.Path(path_type=Path), help="A configuration whose baseline is the design.")
@click.option("--study", metavar="STUDY[:CONFIG]", help="A study whose pick is the design.")
@click.option(
    "--provider", default="openai", show_default=True, help="Whose tokens: openai, anthropic, mistral, cl100k."
)
@workspace_option
@json_option
def command(
    query: str,
    tools: Path,
    cases: str | None,
    config: Path | None,
    study: str | None,
    provider: str,
    workspace: Path,
    as_json: bool,
) -> None:
    """Say which tools QUERY is shown, in order, with scores and tokens, and what is called with which confidence.

    The design is that of --config or --study, else MiniLM: 5 tools retrieved, the likest called. A design with a chat
    caller asks its endpoint once.

    \b
    Examples:
      ragtune tools try "open a ticket about the printer" --tools tools.yaml
      ragtune tools try "what is the weather" --tools tools/ --study assistant-tools:best
    """
    from ragtune.cases import read_cases
    from ragtune.engine.workspace import Workspace
    from ragtune.tools import load_tools
    from ragtune.toolsets import ToolDataset
    from ragtune.trying import Values, design_of, try_query

    place = Workspace(workspace, say)
    toolset = load_tools(tools)
    known = read_cases(cases, toolset).cases if cases else ()
    design = design_of(config, study, place)
    with place.writing():
        found = try_query(query, ToolDataset(tools.stem, toolset, tuple(known)), design, Values(place), provider)
    if as_json:
        print_json(found.as_json())
        return
    for line in _told(found, provider):
        click.echo(line)


def _told(found: Tried, provider: str) -> Iterator[str]:
    """A line a tool, then what is called."""
    import json
    import textwrap

    yield textwrap.fill(f"design  {found.design}", 80, subsequent_indent="        ")
    yield click.style(f"{'':3}  {'score':>7}  {'tokens':>6}  tool", dim=True)
    for i, tool in enumerate(found.shown, 1):
        score = "–" if tool.score is None else f"{tool.score:.4f}"
        also = "" if tool.original == (tool.id,) else f" (for {', '.join(tool.original)})"
        mark = click.style("  ← called", fg="green") if tool.called else ""
        yield f"{i:>3}  {score:>7}  {tool.tokens:>6,.0f}  {textwrap.shorten(tool.name + also, 48)}{mark}"
    of = f"{len(found.shown)} of {found.tools:,} tools shown"
    yield f"{of}: {found.tokens:,.0f} tokens of {found.all_tokens:,.0f} ({provider}, estimate)"
    for call in found.calls:
        told = f"called {call['tool']} {json.dumps(call['arguments'], ensure_ascii=False) if call['arguments'] else ''}"
        yield textwrap.fill(told.rstrip(), 80, subsequent_indent="  ")
    if found.failed:
        yield textwrap.fill(f"no reply: {found.failed}", 80, subsequent_indent="  ")
    if found.abstains:
        yield "nothing is called: the caller abstains"
    if found.confidence is not None:
        yield f"confidence {found.confidence:.4f}"
