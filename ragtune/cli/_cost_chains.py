"""`ragtune cost fallback`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ragtune.cli._options import json_option, print_json, say, workspace_option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ragtune.economics import Cost, Estimate, Fallback, Stored
    from ragtune.splitting import Mask, Split

_COSTS = ("usd", "seconds", "tokens")


@click.command(name="fallback", short_help="What a second design is worth where the first fails.")
@click.argument("first")
@click.argument("second")
@click.option("--score", help="Go on where this is low: support, k_precision, …, top_score, lead or words.")
@click.option("--below", type=float, help="Below which it is low; learnt on tune queries unless given.")
@click.option("--metric", help="What is to be kept; the study's own unless given.")
@click.option("--cost", type=click.Choice(_COSTS), help="The first of these that is known, unless given.")
@click.option("--reader", metavar="MODEL", help="Whose price tokens have; the design's or study's own unless given.")
@click.option("--loss", type=click.FloatRange(0), default=0.01, show_default=True, help="What may be lost at most.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the intervals.")
@click.option("--md", "as_markdown", is_flag=True, help="Print Markdown.")
@workspace_option
@json_option
def command(
    first: str, second: str, score: str | None, below: float | None, metric: str | None, cost: Cost | None,
    reader: str | None, loss: float, seed: int, as_markdown: bool, workspace: Path, as_json: bool,
) -> None:  # fmt: skip
    """Answer with the FIRST design, go on to the SECOND where the first refuses or scores low.

    Both are paid for where the second is asked. Scores that an app can have without the truth are taken; the threshold is
    learnt on tune queries and shown on those kept back, beside as many by lot and the right ones.

    \b
    Examples:
      ragtune cost fallback 3f2a pick
      ragtune cost fallback my-rag:3f2a my-rag:pick --score support
      ragtune cost fallback 3f2a pick --score top_score --below 4.5 --cost tokens
    """
    found, told = _worked_out(first, second, score, below, metric, cost, reader, loss, seed, Path(workspace))
    if as_json:
        print_json({**told, **found.as_json()})
        return
    for line in (_markdown if as_markdown else _terminal)(found, told):
        click.echo(line)


def _worked_out(
    first: str, second: str, score: str | None, below: float | None, metric: str | None, cost: Cost | None,
    reader: str | None, loss: float, seed: int, workspace: Path,
) -> tuple[Fallback, dict[str, Any]]:  # fmt: skip
    import numpy as np

    from ragtune.economics import Choice, bill, chain, known, pair, runtime_score, thresholds
    from ragtune.engine.workspace import Workspace
    from ragtune.errors import InputError
    from ragtune.splitting import Split

    if below is not None and score is None:
        raise InputError("--below is a bound on a score; --score says on which")
    one, other = pair(first, second, Workspace(workspace, say))
    label = metric or one.study.maximize
    bills = (bill(one, reader), bill(other, reader))
    by = known(bills, cost)
    quality = (one.of(label), other.of(label))
    refused = np.array([_without_answer(reply) for reply in one.replies] or [False] * len(one.texts), dtype=bool)
    value = None if score is None else runtime_score(one, score)
    if score is not None and value is None:
        raise InputError(f"{one.label} has no '{score}' that an app could know without the truth; {_known_scores(one)}")
    known_of = [*quality, *(each.of(by) for each in bills), *([] if value is None else [value])]
    complete = np.asarray(np.isfinite(known_of).all(axis=0))
    if not complete.any():
        raise InputError(
            f"{one.label} and {other.label} have no query that both were scored on by {label} at a known {by}"
        )
    choice = Choice(*quality, *(each.of(by) for each in bills)).part(complete)
    split = Split(one.study.fold[complete])
    if value is None or below is not None:
        falls = refused if value is None else refused | np.less(value, below or 0.0)
        judged = split.confirm if split.confirm.any() else ~split.confirm
        found = chain(choice.part(judged), falls[complete][judged], seed=seed)
    else:
        found = thresholds(choice, value[complete], refused[complete], split, tolerance=loss, seed=seed)
    sign = -1 if one.design.better.get(label) == "lower" else 1
    told = {"first": one.label, "second": other.label, "metric": label, "cost": by, "score": score, "below": below}
    notes = [*dict.fromkeys(note for each in bills for note in each.said(by)), *_notes(one, score, complete, split)]
    return found, {**told, "sign": sign, "notes": notes}


def _notes(one: Stored, score: str | None, complete: Mask, split: Split) -> Iterator[str]:
    if not complete.all():
        yield f"{int((~complete).sum())} queries are left out: not scored, or at unknown cost"
    if not split.confirm.any():
        yield "no query is kept back: each part is judged by what the others taught"
    if not one.replies and score is None:
        yield f"{one.label} answers nothing, so it refuses nothing; name a --score"


def _without_answer(reply: Any) -> bool:
    """Refused, or said nothing; a failure is no refusal, and is not scored."""
    if hasattr(reply, "refused"):
        return bool(reply.refused or not (reply.text or reply.failed))
    return not (reply.calls or reply.failed)


def _known_scores(stored: Stored) -> str:
    from ragtune.economics import RUNTIME
    from ragtune.economics._features import features_of

    measured = [name for name in stored.design.metrics if name.split("(")[0] in RUNTIME]
    return f"there are {', '.join([*features_of(stored).names, *measured])}"


def _rows(found: Fallback, told: dict[str, Any]) -> Iterator[list[str]]:
    sign = told["sign"]
    yield ["below", "asked twice", told["metric"], "by lot", "right ones", told["cost"]]
    for i, point in enumerate(found.frontier.points):
        bound = told["below"] if found.thresholds is None else found.thresholds[i]
        limit = (
            "refused" if bound is None else {-float("inf"): "refused", float("inf"): "all"}.get(bound, f"{bound:.4g}")
        )
        figures = [sign * point.by_chance, sign * point.oracle]
        cost = "unknown" if point.cost is None else f"{point.cost.value:.6g}"
        yield [limit, f"{point.share:.0%}", _estimate(point.quality, sign), *(f"{f:.4f}" for f in figures), cost]


def _said(found: Fallback, told: dict[str, Any]) -> Iterator[str]:
    gain = found.frontier.advantage
    yield f"{_estimate(gain, 1, signed=True)} over as much money spent by lot, on {found.frontier.queries} queries"
    if not found.frontier.beats_chance:
        yield "this is not shown to beat chance: the condition does not tell which answers are bad"
    bound = told["below"] if found.thresholds is None else found.thresholds[found.chosen]
    if bound == float("inf"):
        yield f"rule: send every query to {told['second']}"
    else:
        low = "" if bound in (None, -float("inf")) else f" or {told['score']} < {bound:.6g}"
        yield f"rule: ask {told['second']} where {told['first']} refuses{low}"
    yield from (f"note: {note}" for note in told["notes"])


def _terminal(found: Fallback, told: dict[str, Any]) -> Iterator[str]:
    for row in _rows(found, told):
        yield f"{row[0]:>10}{row[1]:>12}{row[2]:>25}{row[3]:>9}{row[4]:>12}{row[5]:>13}"
    yield from _said(found, told)


def _markdown(found: Fallback, told: dict[str, Any]) -> Iterator[str]:
    head, *rows = _rows(found, told)
    yield f"| {' | '.join(head)} |"
    yield "|--:|--:|--:|--:|--:|--:|"
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""
    yield from (f"- {line}" for line in _said(found, told))


def _estimate(each: Estimate, sign: int, *, signed: bool = False) -> str:
    form = "+.4f" if signed else ".4f"
    if each.low is None or each.high is None:
        return f"{sign * each.value:{form}}"
    low, high = sorted((sign * each.low, sign * each.high))
    return f"{sign * each.value:{form}} [{low:{form}}, {high:{form}}]"
