"""`ragtune tools simulate`."""

from __future__ import annotations

from pathlib import Path

import click

from ragtune.cli._options import json_option, print_json, say


@click.command(name="simulate", short_help="Draft cases for tools that have none.")
@click.argument("tools", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="A new file of cases: .jsonl, .json or .yaml.")
@click.option("--recipe", "recipes", multiple=True, help="A tool simulator; examples and description unless given.")
@click.option("--endpoint", metavar="URL", help="An OpenAI-compatible endpoint that writes requests; needs --model.")
@click.option("--model", help="The endpoint's model.")
@click.option("--api-key-env", metavar="NAME", help="The environment variable that holds the endpoint's key.")
@click.option("--per-tool", type=click.IntRange(1), default=3, show_default=True, help="Requests of the endpoint.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Equal seeds, equal cases.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@json_option
def command(
    tools: Path,
    output: Path | None,
    recipes: tuple[str, ...],
    endpoint: str | None,
    model: str | None,
    api_key_env: str | None,
    per_tool: int,
    seed: int,
    force: bool,
    as_json: bool,
) -> None:
    """Draft cases for the tools in TOOLS, a file or folder: from their examples and descriptions, or by an endpoint.

    Nothing is written without --output. Every case is marked as simulated. Those of descriptions repeat the words by
    which the tool is to be found: they are far too easy and rank no wording. Read what you keep, and put real requests
    in its place when you have some.

    \b
    Examples:
      ragtune tools simulate tools.yaml
      ragtune tools simulate tools.yaml -o cases.jsonl --recipe examples
      ragtune tools simulate tools.yaml -o cases.yaml \\
        --endpoint http://localhost:11434/v1 --model qwen3
    """
    from collections import Counter

    from ragtune.cases import write_cases
    from ragtune.drafting import DEFAULT, Recipe, draft_cases
    from ragtune.errors import InputError
    from ragtune.tools import load_tools

    if (endpoint is None) != (model is None):
        raise InputError("--endpoint and --model belong together")
    if output is not None and output.exists() and not force:  # before an endpoint is asked anything
        raise InputError(f"{output} is there already; nothing was written (--force writes over it)")
    asked = {"base_url": endpoint, "model": model, "api_key_env": api_key_env, "per_tool": per_tool}
    named: list[Recipe] = [*recipes, *([{"endpoint": asked}] if endpoint else [])]
    toolset = load_tools(tools)
    cases = draft_cases(toolset, named or DEFAULT, seed)
    if output is not None:
        write_cases(cases, output, force=force)
    counts = Counter(case.simulated for case in cases)
    without = [tool.id for tool in toolset.tools if not any(tool.id in c.tools for case in cases for c in case.calls)]
    if as_json:
        written = None if output is None else str(output)
        print_json({"output": written, "cases": len(cases), "recipes": counts, "tools_without": without, "seed": seed})
        return
    told = ", ".join(f"{n} by {recipe}" for recipe, n in counts.items())
    if output is None:
        for case in cases:
            click.echo(f"{case.calls[0].tool if case.calls else '(no tool fits)'}: {case.query}")
        say(f"{len(cases)} cases ({told}); nothing was written, -o cases.jsonl writes them")
    else:
        click.echo(f"wrote {output}: {len(cases)} cases ({told}), seed {seed}")
    if without:
        say(f"no case for {len(without)} of {len(toolset)} tools: {', '.join(without[:12])}")
    if counts["description"]:
        say("cases by description repeat its words: they favour matching by words; decide nothing by them")
