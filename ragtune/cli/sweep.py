"""`ragtune sweep`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ragtune.cli._options import (
    config_argument,
    config_options,
    json_option,
    next_command,
    print_json,
    seconds,
    workspace_option,
)
from ragtune.errors import PARTIAL

if TYPE_CHECKING:
    from ragtune.study import Study


@click.command(name="sweep", short_help="Run every configuration once and say which is best.")
@config_argument
@config_options
@workspace_option
@click.option("--workers", type=click.IntRange(1, 256), default=1, show_default=True, help="Processes to compute in.")
@click.option("--no-wait", is_flag=True, help="Fail if another sweep is writing in the workspace, instead of waiting.")
@click.option("--top", type=click.IntRange(1), default=8, show_default=True, help="How many configurations to show.")
@click.option("--quiet", is_flag=True, help="No progress.")
@json_option
def command(
    config: Path,
    dataset: str | None,
    overrides: tuple[str, ...],
    workspace: Path,
    workers: int,
    no_wait: bool,
    top: int,
    quiet: bool,
    as_json: bool,
) -> int:
    """Run every configuration that CONFIG names, once, and end with a leaderboard.

    What was ever computed in the workspace is not computed again: run the same command after an interruption, or after a
    change, and only what is missing is done. Exit code 3 means that some configurations could not be scored.

    \b
    Examples:
      ragtune sweep configs/quickstart.yaml
      ragtune sweep ragtune.yaml --set space.embedder=wordllama --set maximize=recall@5
      ragtune sweep ragtune.yaml --dataset data/support-tickets --workers 4 --json > study.json
    """
    from ragtune.cli._progress import Progress
    from ragtune.config import load_config
    from ragtune.sweeping import Watcher, sweep

    watcher = Watcher() if quiet else Progress()
    study = sweep(
        dataset, load_config(config, overrides), workspace=workspace, workers=workers, watcher=watcher, wait=not no_wait
    )
    if as_json:
        print_json(as_record(study, top))
    else:
        for line in conclusion(study, top, workspace):
            click.echo(line)
    return PARTIAL if study.summary["failed"] or study.summary.get("provisional") else 0


def as_record(study: Study, top: int | None = None) -> dict[str, Any]:
    """A study as JSON: what was run, the baseline, and the leaderboard."""
    from dataclasses import asdict

    from ragtune.judging import verdict_of

    rows = study.leaderboard()
    return {
        "study": study.name,
        "folder": str(study.folder),
        "maximize": study.maximize,
        "dataset": study.record["dataset"],
        "run": study.summary,
        "best": asdict(study.best()),
        "verdict": verdict_of(study).as_json(),
        "leaderboard": [asdict(row) for row in (rows if top is None else rows[: top + 1])],
    }


def conclusion(study: Study, top: int, workspace: Path) -> Iterator[str]:
    """What a user reads at the end of a sweep."""
    from ragtune.cli._leaderboard import leaderboard
    from ragtune.cli._verdict import verdict_lines
    from ragtune.judging import verdict_of

    run, dataset = study.summary, study.record["dataset"]
    n = len(study.record["configurations"])
    yield ""
    yield f"{n} configurations, {dataset['queries']} queries, {dataset['documents']} documents; by {study.maximize}:"
    for reason, count in dataset["left_out"].items():
        yield f"  left out: {count} ({reason})"
    yield ""
    yield from leaderboard(study, study.leaderboard()[: top + 1], study.maximize)
    yield ""
    yield from verdict_lines(study, verdict_of(study))
    yield ""
    for failure in run["failed"]:
        yield f"failed: {failure}"
    if run.get("provisional"):
        rows = study.leaderboard()
        scored, total = sum(row.scored for row in rows), sum(row.total for row in rows)
        yield f"not everything was answered: {scored}/{total} scored; the same command asks for the rest"
    if run["skipped"]:
        yield f"{run['skipped']} steps were not run, because they rest on failed ones"
    share = f", {100 * run['model_seconds'] / run['total_seconds']:.0f} % inside embedding models" if run["ran"] else ""
    work = f"{run['ran']} of {run['steps']} steps run, {run['embedded_texts']} texts embedded"
    yield f"{work}, in {seconds(run['total_seconds'])}{share}"
    yield f"study: {study.folder}"
    yield next_command(f"show {study.name}", workspace)
