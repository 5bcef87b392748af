"""`ragtune cost`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ragtune.cli._cost_chains import command as fallback
from ragtune.cli._cost_prompts import command as prompts
from ragtune.cli._cost_throughput import command as throughput
from ragtune.cli._options import json_option, print_json, workspace_option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ragtune.economics import Routing

_MEASURES = ("usd_per_1k", "latency_p50_ms", "context_tokens")


@click.group(name="cost", short_help="Say what routing, caching, batches or hosting would save.")
def command() -> None:
    """Say what routing, caching, batches or hosting would save, from what is stored; no model is asked.

    \b
    Examples:
      ragtune cost routing my-rag:3f2a my-rag:pick
      ragtune cost cache queries.jsonl --embedder minilm
      ragtune cost hosting --model gpt-4o-mini --requests 500000 \\
        --input-tokens 2200 --output-tokens 180
    """


command.add_command(fallback)
command.add_command(prompts)
command.add_command(throughput)


@command.command(name="routing", short_help="Which queries can go to the cheaper of two designs.")
@click.argument("cheap")
@click.argument("dear")
@click.option("--metric", help="What is to be kept; the study's own unless given.")
@click.option(
    "--by", "measure", type=click.Choice(_MEASURES), help="The cost; the first of these in which they differ."
)
@workspace_option
@json_option
def routing(cheap: str, dear: str, metric: str | None, measure: str | None, workspace: Path, as_json: bool) -> None:
    """Learn on the queries that tune which need the DEAR design rather than the CHEAP one, and show it on the others.

    Told are score and cost for every share of queries sent to the dearer design, beside as many by lot and the right ones,
    and whether the difference to the lot is more than chance. Designs are named as for `ragtune compare`.

    \b
    Examples:
      ragtune cost routing baseline pick
      ragtune cost routing my-rag:3f2a my-rag:pick --metric support --by usd_per_1k
    """
    from dataclasses import asdict

    from ragtune.cli._options import say
    from ragtune.designs import find_design
    from ragtune.economics import route
    from ragtune.engine.workspace import Workspace
    from ragtune.errors import InputError
    from ragtune.study import open_study

    place = Workspace(workspace, say)
    study_of = find_design(dear, place)
    if not study_of.study:
        raise InputError("routing takes designs of a study, whose queries are parted")
    study = open_study(study_of.study, place)
    one, other = find_design(cheap, place, study), study_of
    if one.queries != other.queries:
        raise InputError(f"{one.label} and {other.label} were not scored on the same queries")
    label = metric or other.maximize
    unknown = [design.label for design in (one, other) if label not in design.metrics]
    if unknown:
        raise InputError(f"{unknown[0]} has no {label}")
    known = [name for name in _MEASURES if name in one.costs and name in other.costs]
    apart = [name for name in known if one.costs[name] != other.costs[name]]
    by = measure or next(iter([*apart, *known]), "")
    if by not in known:
        raise InputError(f"the cost {by or 'of these designs'} is not known of both")
    sign = -1.0 if other.better[label] == "lower" else 1.0
    rows = [sign * design.values[design.metrics.index(label)] for design in (one, other)]
    if not other.texts:
        raise InputError("the workspace no longer holds the texts of the queries; run the sweep again")
    texts = [other.texts[id] for id in other.queries]
    found = route(texts, rows[0], rows[1], study.fold, (one.costs[by], other.costs[by]))
    if as_json:
        print_json({"metric": label, "cost": by, **asdict(found), "beats_chance": found.beats_chance})
        return
    for line in _frontier(found, label, by, sign):
        click.echo(line)


@command.command(name="cache", short_help="How often a semantic cache would hit, and be wrong.")
@click.argument("log", type=click.Path(path_type=Path))
@click.option("--embedder", default="wordllama", show_default=True, help="What says how alike queries are.")
@click.option(
    "--threshold", "thresholds", type=float, multiple=True, default=(0.8, 0.85, 0.9, 0.95, 0.98), show_default=True,
    help="Cosine from which a held reply is given; may be repeated.",
)  # fmt: skip
@click.option("--size", type=click.IntRange(1), default=1000, show_default=True, help="Entries held; the oldest go.")
@click.option("--usd-per-1k", type=float, help="What a thousand requests cost; then the money saved is told.")
@workspace_option
@json_option
def cache(
    log: Path, embedder: str, thresholds: tuple[float, ...], size: int, usd_per_1k: float | None, workspace: Path,
    as_json: bool,
) -> None:  # fmt: skip
    """Run a cache over a LOG of queries in the order of time: JSON lines or CSV (query, answer), or a query a line.

    With answers, a hit that gives another query's answer is wrong. The exact cache (same text, case and spacing aside)
    is told beside.

    \b
    Examples:
      ragtune cost cache queries.jsonl
      ragtune cost cache queries.csv --embedder minilm --threshold 0.9 --size 200
    """
    from dataclasses import asdict

    from ragtune.cli._options import say
    from ragtune.component import parse
    from ragtune.economics import read_log, simulate
    from ragtune.embedders import Embedder
    from ragtune.engine.memo import Memo
    from ragtune.engine.workspace import Workspace

    logged = read_log(log)
    model = parse("embedder", embedder)
    assert isinstance(model, Embedder)
    place = Workspace(workspace, say)
    with place.writing():
        memo = Memo(place.memo, model.key("embed_queries"), lambda *_: None)
        vectors = model.vectors([each.query for each in logged], memo, queries=True).matrix
    found = simulate(logged, vectors, sorted(thresholds), size=size)
    if as_json:
        print_json([asdict(run) for run in found])
        return
    click.echo(
        f"{'cosine':>7}{'hits':>8}{'exact':>8}{'wrong':>8}{'judged':>8}" + ("   saved per 1k" if usd_per_1k else "")
    )
    for run in found:
        saved = f"{run.hits * usd_per_1k:>12.2f} USD" if usd_per_1k else ""
        wrong = f"{run.wrong:>8.1%}" if run.judged else f"{'unknown':>8}"
        click.echo(f"{run.threshold:>7.2f}{run.hits:>8.1%}{run.exact:>8.1%}{wrong}{run.judged:>8}{saved}")


@command.command(name="hosting", short_help="Tokens bought, in batches, or a machine of your own.")
@click.option("--model", required=True, help="As the provider calls it.")
@click.option("--base-url", help="Of the provider, where the name alone does not say.")
@click.option("--requests", type=click.IntRange(1), required=True, help="A month.")
@click.option("--input-tokens", type=float, required=True, help="Of a mean request.")
@click.option("--output-tokens", type=float, required=True, help="Of a mean reply.")
@click.option("--cached-tokens", type=float, default=0.0, show_default=True, help="Of the input, read before.")
@click.option("--machine-usd-per-hour", type=float, default=2.5, show_default=True, help="Used or not.")
@click.option(
    "--tokens-per-second", type=float, default=1500.0, show_default=True, help="Written by a machine under load."
)
@click.option(
    "--utilisation", type=click.FloatRange(0.01, 1), default=0.5, show_default=True, help="Share of hours busy."
)
@json_option
def hosting_command(
    model: str, base_url: str | None, requests: int, input_tokens: float, output_tokens: float, cached_tokens: float,
    machine_usd_per_hour: float, tokens_per_second: float, utilisation: float, as_json: bool,
) -> None:  # fmt: skip
    """Compare what a month costs by the token, by the batch API, and on machines of your own; and where they meet.

    \b
    Examples:
      ragtune cost hosting --model gpt-4o-mini --requests 500000 \\
        --input-tokens 2200 --output-tokens 180
    """
    from dataclasses import asdict

    from ragtune.economics import Usage, hosting

    found = hosting(
        model, base_url, Usage(input_tokens, output_tokens, cached_tokens), requests=requests,
        machine_usd_per_hour=machine_usd_per_hour, tokens_per_second=tokens_per_second, utilisation=utilisation,
    )  # fmt: skip
    if as_json:
        print_json(asdict(found))
        return
    click.echo(f"by the token   {_usd(found.api_usd)}")
    click.echo(f"batch API      {_usd(found.batch_usd)}   half the price; replies within a day")
    click.echo(f"hosted         {_usd(found.hosted_usd)}   {found.machines} machines")
    unknown = "unknown" if found.api_usd is None else "never: a full machine costs more than the tokens it writes"
    click.echo(f"break-even     {unknown if found.break_even is None else f'{found.break_even:,} requests a month'}")


def _frontier(found: Routing, metric: str, by: str, sign: float) -> Iterator[str]:
    gaps = f"; {found.left_out} without a score by both left out" if found.left_out else ""
    yield f"learnt on {found.learnt_on} queries, shown on {found.queries}{gaps}"
    yield f"{'to the dearer':>14}{metric[:14]:>15}{'by lot':>10}{'right ones':>12}{by:>16}"
    for route in found.routes:
        scores = f"{sign * route.score:>15.4f}{sign * route.random:>10.4f}{sign * route.oracle:>12.4f}"
        yield f"{route.share:>14.0%}{scores}{route.cost:>16.3f}"
    told = f"{found.gain:+.4f} [{found.low:+.4f}, {found.high:+.4f}] over a lot, on average over all shares"
    if not found.beats_chance:
        yield f"{told}: nothing was learnt; send all to one of them"
        return
    yield told
    yield "rule: send a query to the dearer design where the sum of weight x (value - mean) / scale is high"
    for name, weight in sorted(found.rule.items(), key=lambda item: -abs(item[1])):
        yield f"  {name:24}{weight:+.4f}   mean {found.means[name]:.3f}, scale {found.scales[name]:.3f}"


def _usd(value: float | None) -> str:
    return f"{'unknown':>14}    " if value is None else f"{value:>14,.2f} USD"
