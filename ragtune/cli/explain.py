"""`ragtune explain`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ragtune.cli._options import json_option, print_json, say, workspace_option

if TYPE_CHECKING:
    from ragtune.engine.workspace import Workspace
    from ragtune.study import Study


@click.command(name="explain", short_help="Show where a design loses evidence, over all queries or for one.")
@click.argument("study", required=False)
@click.argument("query", required=False)
@click.option("--worst", type=click.IntRange(1), metavar="N", help="Tell the N worst queries.")
@click.option("--knobs", is_flag=True, help="Show what each knob does, over all configurations.")
@click.option("--configuration", metavar="ID", help="Its id, 'baseline' or 'best'; the pick unless given.")
@click.option("--below", type=float, default=0.5, show_default=True, help="A query that scores less counts as failing.")
@workspace_option
@json_option
def command(
    study: str | None,
    query: str | None,
    worst: int | None,
    knobs: bool,
    configuration: str | None,
    below: float,
    workspace: Path,
    as_json: bool,
) -> None:
    """Show where a design of STUDY loses evidence: in all, or for one QUERY, by its id or the beginning of it.

    Without STUDY, the newest is explained; without --configuration, its pick. Every need that does not reach the
    context has exactly one cause, so the parts add up to all that is lost. docs/explain.md defines the causes, and what
    perfection at a stage would gain. Of a study of tools, every case is lost for exactly one reason, or right.

    \b
    Examples:
      ragtune explain quickstart
      ragtune explain quickstart --worst 3
      ragtune explain quickstart datetime-0017 --configuration 3f2a
      ragtune explain quickstart --knobs
    """
    from dataclasses import asdict

    from ragtune.cli._explaining import overview, told
    from ragtune.cli._mattering import knob_effects
    from ragtune.effects import what_mattered
    from ragtune.engine.workspace import Workspace
    from ragtune.explaining import explain
    from ragtune.study import newest, open_study

    if sum(map(bool, (query, worst, knobs))) > 1:
        raise click.UsageError("give one of QUERY, --worst and --knobs")
    place = Workspace(workspace, say)
    opened = open_study(study, place) if study else newest(place)
    if knobs:
        sign = -1.0 if opened.record["better"][opened.maximize] == "lower" else 1.0
        designs = [entry["slots"] for entry in opened.record["configurations"]]
        noise = (opened.record.get("noise") or {}).get(opened.maximize, 0.0)
        mattered = what_mattered(designs, sign * opened.scores.of(opened.maximize), noise=noise)
        if as_json:
            print_json({"study": opened.name, "metric": opened.maximize, **mattered.as_json()})
        else:
            for line in knob_effects(mattered, opened.maximize):
                click.echo(line)
        return
    if opened.record.get("pipeline") == "tools":
        _explain_tools(opened, place, _named(opened, configuration), query, worst, below, as_json)
        return
    found = explain(opened, place, _named(opened, configuration), below=below)
    stories = [found.story(query)] if query else list(found.worst(worst or 0))
    if as_json:
        print_json(found.as_json() | ({"stories": [asdict(story) for story in stories]} if stories else {}))
        return
    lines = (line for story in stories for line in told(story, found.metric)) if stories else overview(found)
    for line in lines:
        click.echo(line)


def _explain_tools(
    study: Study, place: Workspace, configuration: str, case: str | None, worst: int | None, below: float, as_json: bool
) -> None:
    from ragtune.cli._tool_explaining import overview, told
    from ragtune.toolpanels import explain_tools, story_json

    found = explain_tools(study, place, configuration, below=below)
    stories = [found.story(case)] if case else list(found.worst(worst or 0))
    if as_json:
        print_json(found.as_json() | ({"stories": [story_json(story) for story in stories]} if stories else {}))
        return
    lines = (line for story in stories for line in told(story, found.metric)) if stories else overview(found)
    for line in lines:
        click.echo(line)


def _named(study: Study, configuration: str | None) -> str:
    """The id, or the beginning of one, that is meant."""
    from ragtune.judging import verdict_of

    if configuration == "best":
        return study.best().id
    if configuration == "baseline":
        return study.scores.configurations[0]
    return verdict_of(study).pick if configuration in (None, "pick") else configuration
