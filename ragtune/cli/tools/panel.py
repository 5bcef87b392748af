"""`ragtune tools panel`."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ragtune.cli._options import json_option, print_json, say, workspace_option

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ragtune.toolpanels import Abstention, Figure, KindRow, PoolSize, Proxy

PANELS = ("abstention", "errors", "pool-size", "proxy")


@click.command(name="panel", short_help="Show abstention, errors, the pool-size curve, or how far a proxy holds.")
@click.argument("panel", type=click.Choice(PANELS))
@click.argument("study", required=False)
@click.option("--configuration", metavar="ID", help="Its id, 'baseline' or 'best'; the pick unless given.")
@click.option("--model", metavar="REF", help="proxy: the configuration to foretell, ID, or STUDY:ID of another study.")
@click.option("--sizes", metavar="N,N,…", help="pool-size: how many tools to offer; 10, 20, 50, … unless given.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of pools and resamples.")
@workspace_option
@json_option
def command(
    panel: str,
    study: str | None,
    configuration: str | None,
    model: str | None,
    sizes: str | None,
    seed: int,
    workspace: Path,
    as_json: bool,
) -> None:
    """Show one PANEL of a design of STUDY, the newest unless given. All of it rests on what is stored; no model is asked.

    `abstention`: how right it is to call nothing, and at which confidence. `errors`: the share of cases with each kind of
    error, of the baseline and the design. `pool-size`: accuracy with fewer tools on offer. `proxy`: how well the design's
    own signals foretell, case by case, where --model is right.

    \b
    Examples:
      ragtune tools panel abstention
      ragtune tools panel pool-size assistant-tools --sizes 5,10,30
      ragtune tools panel proxy assistant-tools --configuration 17c0 --model my-model-1f2e:44d5
    """
    from dataclasses import asdict

    from ragtune.cli.explain import _named
    from ragtune.engine.workspace import Workspace
    from ragtune.study import newest, open_study
    from ragtune.toolpanels import abstention, pool_sizes, proxy, taxonomy, trace_tools
    from ragtune.toolpanels._pool_size import SIZES

    if (panel == "proxy") != bool(model):
        raise click.UsageError("the panel 'proxy', and no other, takes --model")
    place = Workspace(workspace, say)
    opened = open_study(study, place) if study else newest(place)
    traced = trace_tools(opened, place, _named(opened, configuration))
    head = f"{traced.study}, configuration {traced.id}"
    if panel == "abstention":
        unfit = abstention(traced.judged, seed=seed)
        value, lines = asdict(unfit), _abstention(unfit)
    elif panel == "pool-size":
        curve = pool_sizes(traced, _numbers(sizes) if sizes else SIZES, seed=seed)
        value, lines = {"sizes": [asdict(row) for row in curve]}, _pool_size(curve)
    elif panel == "errors":
        baseline = trace_tools(opened, place, opened.scores.configurations[0])
        rows = taxonomy([baseline.judged, traced.judged])
        value, lines = {"errors": [asdict(row) for row in rows]}, _errors(rows)
    else:
        name, _, id = str(model).rpartition(":")
        other = open_study(name, place) if name else opened
        model_traced = trace_tools(other, place, _named(other, id))
        names = (f"{traced.study}:{traced.id}", f"{model_traced.study}:{model_traced.id}")
        scores = None if traced.scores is None else traced.scores[1]
        found = proxy(names, traced.judged, model_traced.judged, scores, seed=seed)
        value, lines = asdict(found), _proxy(found)
    if as_json:
        print_json({"study": traced.study, "configuration": traced.id, "panel": panel, **value})
        return
    click.echo(head)
    for line in lines:
        click.echo(line)


def _numbers(text: str) -> Sequence[int]:
    try:
        found = [int(part) for part in text.split(",")]
    except ValueError:
        raise click.BadParameter(f"'{text}' is no list of whole numbers such as 10,20,50") from None
    if min(found) < 1:
        raise click.BadParameter("a pool holds at least one tool")
    return found


def _abstention(found: Abstention) -> Iterator[str]:
    yield f"{found.cases:,} cases, {found.unfit:,} that no tool fits; nothing was called in {found.abstained:,}"
    for name, told in (
        ("precision", "no tool fits where nothing was called"),
        ("recall", "nothing called where no tool fits"),
    ):
        yield f"  {name:<10}{_figure(getattr(found, name)):<26}{told}"
    yield f"  {'F1':<10}{_figure(found.f1)}"
    yield f"  {'AUC':<10}{_figure(found.auc):<26}more confidence where a tool fits"
    if not found.thresholds:
        yield "  the caller gives no confidence, so no threshold can be tried"
        return
    yield click.style(f"{'below':>10}{'precision':>11}{'recall':>9}{'F1':>9}{'refused':>9}", dim=True)
    for row in found.thresholds:
        cells = f"{_plain(row.precision):>11}{_plain(row.recall):>9}{_plain(row.f1):>9}{_plain(row.refused):>9}"
        yield f"{row.at:>10.4g}{cells}" + ("  best F1" if row.best else "")
    told = "Refused: cases with a fitting tool that abstaining below it would lose. The best is chosen on these very cases."
    yield from (click.style(line, dim=True) for line in textwrap.wrap(told, 80))


def _pool_size(rows: Sequence[PoolSize]) -> Iterator[str]:
    yield click.style(f"{'tools':>8}  {'selection_accuracy':<26}{'success@1 of the selector':<26}", dim=True)
    for row in rows:
        cells = [_figure(value) if value else "unknown" for value in (row.selection, row.success)]
        yield f"{'all ' if row.all else ''}{row.size:,}".rjust(8) + f"  {cells[0]:<26}{cells[1]:<26}".rstrip()
    told = (
        "Pools are random and hold what is expected; rankings are those of all tools. Unknown: the selector gives no "
        "scores, or the caller would have to be asked again."
    )
    yield from (click.style(line, dim=True) for line in textwrap.wrap(told, 80))


def _errors(rows: Sequence[KindRow]) -> Iterator[str]:
    yield click.style(f"{'share of cases':<15}{'baseline':<21}{'this design':<21}change", dim=True)
    for row in rows:
        first, last = (_figure(share) for share in row.shares)
        change = _figure(row.change, sign=True) if row.change else ""
        yield f"{row.kind:<15}{first:<21}{last:<21}{change}".rstrip()
    if any(row.shares[-1].value is None for row in rows):
        yield click.style("Unknown: the caller gives no arguments, or no case got a reply.", dim=True)


def _proxy(found: Proxy) -> Iterator[str]:
    yield f"  stands for {found.model}, on {found.cases:,} cases"
    yield f"  right      {_figure(found.right_proxy)}, the model {_figure(found.right_model)}"
    yield f"  agree      {_figure(found.agree)} on whether a case is right"
    yield click.style(f"  {'signal':<12}{'AUC':<24}{'cases':>6}", dim=True)
    for signal in found.signals:
        mark = " (labelled)" if signal.labelled else ""
        yield f"  {signal.name:<12}{_figure(signal.auc):<24}{signal.auc.n:>6}  {_short(signal.told + mark, 34)}"
    told = "AUC: how often the signal is higher where the model is right than where it is wrong; 0.5 is chance."
    yield from (click.style(line, dim=True) for line in textwrap.wrap(told, 80))


def _figure(value: Figure, *, sign: bool = False) -> str:
    if value.value is None:
        return "unknown"
    spec = "+.3f" if sign else ".3f"
    ends = "" if value.low is None or value.high is None else f" [{value.low:{spec}}, {value.high:{spec}}]"
    return f"{value.value:{spec}}{ends}"


def _plain(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _short(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
