"""`ragtune tools suggest`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ragtune.cli._options import json_option, print_json, say, workspace_option

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ragtune.endpoint import Endpoint
    from ragtune.suggesting import Candidate, Held, Suggestion
    from ragtune.tools import ToolSet
    from ragtune.types import Floats


@click.command(name="suggest", short_help="Find wordings that end confusions, held to a gain on held-out cases.")
@click.option("--tools", type=click.Path(path_type=Path), required=True, help="The file or folder of the tools.")
@click.option("--cases", help="The cases: a path, or a format with its knobs; those beside the tools unless given.")
@click.option("--tool", "only", default="", metavar="ID", help="Look at this tool alone.")
@click.option("--most", type=click.IntRange(1), default=10, show_default=True, help="Look at so many tools at most.")
@click.option("--config", type=click.Path(path_type=Path), help="A configuration whose baseline is the design.")
@click.option("--study", metavar="STUDY[:CONFIG]", help="A study whose pick is the design.")
@click.option("--endpoint", metavar="URL", help="An OpenAI-compatible endpoint that writes wordings; needs --model.")
@click.option("--model", help="The endpoint's model.")
@click.option("--api-key-env", metavar="NAME", help="The environment variable that holds the endpoint's key.")
@click.option("--budget-requests", type=click.IntRange(1), help="The most requests of the endpoint, tries included.")
@click.option("--per-tool", type=click.IntRange(1, 8), default=2, show_default=True, help="Wordings of the endpoint.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of which cases are held out.")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="A new file for what is accepted."
)
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@workspace_option
@json_option
def command(
    tools: Path,
    cases: str | None,
    only: str,
    most: int,
    config: Path | None,
    study: str | None,
    endpoint: str | None,
    model: str | None,
    api_key_env: str | None,
    budget_requests: int | None,
    per_tool: int,
    seed: int,
    output: Path | None,
    force: bool,
    workspace: Path,
    as_json: bool,
) -> None:
    """Suggest descriptions for the tools that are confused most: from the words of the cases, and by an endpoint.

    Half of the cases are for making and choosing wordings, half are held out; a wording is accepted only where selection
    accuracy on those gains by more than chance, counting how many were tested. --output writes what was accepted for
    the edit `describe-from`. Nothing leaves this machine without --endpoint; the endpoint is shown tools and requests. A
    caller that costs money is measured as `similarity`.

    \b
    Examples:
      ragtune tools suggest --tools tools.yaml --cases cases.jsonl
      ragtune tools suggest --tools tools.yaml --cases cases.jsonl --tool send_mail -o wording.yaml
      ragtune tools suggest --tools tools/ --endpoint http://localhost:11434/v1 --model qwen3
    """
    from dataclasses import replace

    from ragtune.engine.memo import Memo
    from ragtune.engine.workspace import Workspace
    from ragtune.errors import InputError
    from ragtune.suggesting import Writer, suggest_wordings, write_overlay
    from ragtune.toolsets import load_toolset
    from ragtune.trying import Values, design_of, metrics_of, outcome, without_cost

    asked = _endpoint(endpoint, model, api_key_env, budget_requests)
    if output is not None and output.exists() and not force:  # before anything is measured or asked
        raise InputError(f"{output} is there already; nothing was written (--force writes over it)")
    place = Workspace(workspace, say)
    given = design_of(config, study, place)
    given = replace(given, baseline=without_cost(given.baseline))  # type: ignore[arg-type]
    dataset = load_toolset(tools.absolute(), cases, Path.cwd())
    metric, values = "selection_accuracy", Values(place)
    if given.learns:
        dataset = dataset.parted(given.split.pool, given.split.seed)

    def score(toolset: ToolSet) -> tuple[Floats, Sequence[Sequence[str]]]:
        found = outcome(replace(dataset, toolset=toolset), given, metrics_of((metric,)), values)
        return found.of(metric), found.called

    with place.writing():
        writer = None
        if asked is not None:
            writer = Writer(asked, Memo(place.memo, Writer.scope(asked), lambda *_: None), per_tool)
        found = suggest_wordings(
            dataset, score, design=str(given.baseline), only=only, writer=writer, most=most, seed=seed
        )
    if output is not None and found.overlay:
        write_overlay(output, found.overlay, force=force)
    if as_json:
        print_json({**found.as_json(), "output": str(output) if output and found.overlay else None})
        return
    for line in _told(found):
        click.echo(line)
    if found.overlay:
        click.echo(_next(output, found))
    elif output is not None:
        say(f"nothing was accepted, so {output} was not written")


def _endpoint(url: str | None, model: str | None, key: str | None, budget: int | None) -> Endpoint | None:
    from pydantic import ValidationError

    from ragtune.endpoint import Endpoint
    from ragtune.errors import InputError

    if (url is None) != (model is None):
        raise InputError("--endpoint and --model belong together")
    if url is None or model is None:
        return None
    try:
        return Endpoint(base_url=url, model=model, api_key_env=key, budget_requests=budget)
    except ValidationError as error:
        told = "; ".join(f"{p['loc'][0] if p['loc'] else 'endpoint'}: {p['msg']}" for p in error.errors())
        raise InputError(told) from None


def _told(found: Suggestion) -> Iterator[str]:
    import textwrap

    yield textwrap.fill(f"design  {found.design}", 80, subsequent_indent="        ")
    yield f"cases   {found.tune_cases} to make and choose wordings, {found.held_cases} held out"
    if not found.candidates:
        yield "no tool is missed or called in another's place" if not found.confused else "no wording"
    for id, count in found.confused.items():
        mine = [candidate for candidate in found.candidates if candidate.tool == id]
        yield ""
        yield f"{click.style(id, bold=True)}: missed or called in another's place in {count} tune cases" + (
            "" if mine else "; nothing to say anew"
        )
        for candidate in mine:
            yield from _lines(candidate)
    if found.together is not None:
        yield ""
        yield f"all chosen at once: {_held(found.together)}"


def _lines(candidate: Candidate) -> Iterator[str]:
    import textwrap

    mark = click.style("accepted", fg="green") if candidate.accepted else "not accepted"
    yield f"  {candidate.recipe}: {mark}, {candidate.why}"
    if candidate.held is not None:
        yield f"    {_held(candidate.held)}"
        yield textwrap.fill(candidate.description, 100, initial_indent="    | ", subsequent_indent="    | ")


def _held(held: Held) -> str:
    among = "" if held.low is None or held.high is None else f" [{held.low:+.4f}, {held.high:+.4f}]"
    return f"held out {held.before:.3f} → {held.after:.3f}, {held.difference:+.4f}{among}, p {held.p:.3f}"


def _next(output: Path | None, found: Suggestion) -> str:
    n = len(found.overlay)
    if output is None:
        return f"\n{n} accepted; -o wording.yaml writes them for the edit describe-from"
    return f"\nwrote {output}: {n} accepted, for `edits: [[none, {{describe-from: {{path: {output}}}}}]]`"
