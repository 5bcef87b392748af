"""`ragtune tools tokens`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ragtune.cli._options import json_option, print_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ragtune.tools._tokens import TokenCounts


@click.command(name="tokens", short_help="Count what it takes to show tools: tokens and money.")
@click.argument("tools", type=click.Path())
@click.option("--provider", default="openai", show_default=True, help="openai, anthropic, mistral or cl100k.")
@click.option("--model", default="gpt-4o-mini", show_default=True, help="The model whose price is used.")
@click.option("--top", type=click.IntRange(min=0), default=15, show_default=True, help="How many tools to list.")
@json_option
def command(tools: str, provider: str, model: str, top: int, as_json: bool) -> None:
    """Count the tokens of TOOLS, a file or a folder of files: the heaviest first, and all of them together.

    A provider's own count is an estimate, as its way of writing tools is not public; cl100k counts the minified JSON.

    \b
    Examples:
      ragtune tools tokens tools.yaml
      ragtune tools tokens tools.yaml --provider anthropic --model claude-sonnet-4-5
      ragtune tools tokens tools.yaml --provider cl100k --json
    """
    from dataclasses import asdict

    from ragtune.tools import load_tools
    from ragtune.tools._tokens import tokens_of

    found = tokens_of(load_tools(tools).tools, provider)
    if as_json:
        usd = found.usd_per_1k(model)
        print_json({**asdict(found), "tokens": found.tokens, "model": model, "usd_per_1k_requests": usd})
        return
    for line in _told(found, model, top):
        click.echo(line)


def _told(found: TokenCounts, model: str, top: int) -> Iterator[str]:
    """A table of the heaviest tools, and the whole."""
    unit = f"tokens ({found.method})"
    listed = sorted(found.tools, key=lambda tool: (-tool.tokens, tool.id))[:top]
    width = max(4, *(len(tool.id) for tool in listed)) if listed else 4
    if listed:
        yield f"{'tool':<{width}}  {unit:>17}  {'description':>11}  {'parameters':>10}  {'share':>5}"
    for tool in listed:
        share = 100 * tool.tokens / max(found.tokens, 1e-9)
        yield f"{tool.id:<{width}}  {tool.tokens:>17,.0f}  {tool.description:>11,.0f}  {tool.parameters:>10,.0f}  {share:>3.0f} %"
    described = sum(tool.description for tool in found.tools)
    parameters = sum(tool.parameters for tool in found.tools)
    parts = f"{described:,.0f} description, {parameters:,.0f} parameters"
    yield f"all {len(found.tools):,} tools: {found.tokens:,.0f} {unit}: {parts}"
    usd = found.usd_per_1k(model)
    yield f"{model}: {'unknown' if usd is None else f'${usd:,.2f}'} per 1,000 requests that show them all, uncached"
    if found.method == "estimate":
        yield (
            f"estimate for {found.provider} from the characters of the JSON; for LiveMCPBench's 527 tools it is 28 % below "
            "what cl100k counts in the JSON itself"
            if found.provider == "openai"
            else f"estimate for {found.provider} from the characters of the JSON; its error was not measured here"
        )
