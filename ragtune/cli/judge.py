"""`ragtune judge`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ragtune.cli._options import json_option, next_command, print_json, say, workspace_option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ragtune.calibrating import Calibration, CorrectedScore, Estimate, Shift

_FORMATS = ("k_precision", "support")


@click.group(name="judge", short_help="Hold measures of answers against what people said.")
def command() -> None:
    """Hold measures of answers, with or without a model, against what people said.

    \b
    Examples:
      ragtune judge calibrate labels.jsonl
      ragtune judge correct my-rag
    """


@command.command(name="calibrate", short_help="Say how far measures agree with labels, and what leads them astray.")
@click.argument("labels", type=click.Path(path_type=Path))
@click.option("--metric", "metrics", multiple=True, metavar="METRIC", help="A measure to calibrate; may be repeated.")
@click.option("--config", type=click.Path(path_type=Path), help="A YAML file whose `metrics` are calibrated too.")
@click.option("--yes-from", type=float, default=0.5, show_default=True, help="The label from which an answer is good.")
@click.option("--draws", type=click.IntRange(1), default=3, show_default=True, help="How often the same is judged.")
@click.option(
    "--probes", type=click.IntRange(0), default=100, show_default=True, help="Answers that biases are tried on."
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of everything drawn by lot.")
@click.option("--md", "as_md", is_flag=True, help="Print Markdown.")
@workspace_option
@json_option
def calibrate(
    labels: Path,
    metrics: tuple[str, ...],
    config: Path | None,
    yes_from: float,
    draws: int,
    probes: int,
    seed: int,
    as_md: bool,
    workspace: Path,
    as_json: bool,
) -> int:
    """Hold measures against LABELS: rows of query, answer, passages and label, from about 30 on.

    Told are AUROC, balanced accuracy and kappa with 95 % intervals; how many verdicts flip when the same is judged again;
    and how scores move with the order of passages, the length of answers, and instructions that somebody smuggled in. What
    is found is kept in the workspace: reports and `ragtune judge correct` use it. Exit code 3 where a measure failed or an
    answer has no score, 1 where all measures failed.

    \b
    Examples:
      ragtune judge calibrate labels.jsonl
      ragtune judge calibrate labels.csv --metric support --metric k_precision
      ragtune judge calibrate labels.jsonl --metric "claim_support(model=gpt-4o-mini, draw=[0, 1])"
    """
    from dataclasses import asdict

    from ragtune.calibrating import Plan, load_labels, read_wanted
    from ragtune.calibrating import calibrate as run
    from ragtune.errors import PARTIAL

    wanted = read_wanted(metrics or (() if config else _FORMATS), config)
    said = load_labels(labels, yes_from=yes_from)
    found, failed = run(said, wanted, plan=Plan(draws=draws, probes=probes, seed=seed), workspace=workspace)
    if as_json:
        told = [{name: value for name, value in asdict(each).items() if name != "items"} for each in found]
        print_json({"labels": str(labels), "calibrations": told, "failed": failed})
    else:
        for line in _table(found) if as_md else _told(found):
            click.echo(line)
    for metric, why in failed.items():
        say(f"{metric}: {why}")
    if failed and not found:
        return 1
    return PARTIAL if failed or any(each.incomplete for each in found) else 0


@command.command(name="correct", short_help="Correct a study's judged scores by labels, with intervals.")
@click.argument("study", required=False)
@workspace_option
@json_option
def correct(study: str | None, workspace: Path, as_json: bool) -> None:
    """Correct means of judged measures by prediction-powered inference, for measures that were calibrated.

    With labels of a configuration's own answers the interval holds however wrong the judge is; with labels of others it
    rests on the judge being as wrong here as it was there, which is said.

    \b
    Examples:
      ragtune judge correct
      ragtune judge correct my-rag --json
    """
    from dataclasses import asdict

    from ragtune.calibrating import corrected_scores
    from ragtune.engine.workspace import Workspace
    from ragtune.study import newest, open_study

    place = Workspace(workspace, say)
    found = corrected_scores(open_study(study, place) if study else newest(place), place)
    if as_json:
        print_json([asdict(each) for each in found])
        return
    if not found:
        say("no measure of this study was calibrated; labels of about 30 answers are enough to begin")
        say(next_command("judge calibrate LABELS", workspace))
        return
    for line in _corrections(found):
        click.echo(line)


def _told(found: list[Calibration]) -> Iterator[str]:
    for each in found:
        told = each.agreement
        yield (
            click.style(each.metric, bold=True)
            + f"  {each.scored} of {each.total} answers scored, {each.yes} labelled yes"
        )
        yield f"  AUROC              {_interval(told.auroc)}"
        yield f"  balanced accuracy  {_interval(told.balanced_accuracy)}"
        yield f"  kappa              {_interval(told.kappa)}"
        yield f"  threshold          {told.threshold:.3f}"
        if each.repeats:
            yield f"  judged {each.repeats.draws} times      {each.repeats.flips:.1%} of verdicts flip"
        yield f"  length             {_interval(each.length)}  rank correlation, given the label"
        if each.order:
            yield f"  order of passages  {_moved(each.order)}"
        for where, shift in each.injected.items():
            if shift:
                yield f"  injected, {where:8} {_moved(shift)}"
        for line in each.incomplete:
            yield f"  not whole: {line}"
        yield ""


def _table(found: list[Calibration]) -> Iterator[str]:
    yield "| measure | scored | AUROC | balanced accuracy | kappa | flips | moved by injected text |"
    yield "|---|---:|---|---|---|---:|---:|"
    for each in found:
        told = each.agreement
        flips = f"{each.repeats.flips:.1%}" if each.repeats else "–"
        moved = ", ".join(f"{where} {shift.mean.value:+.3f}" for where, shift in each.injected.items() if shift) or "–"
        values = " | ".join(_interval(e) for e in (told.auroc, told.balanced_accuracy, told.kappa))
        yield f"| {each.metric} | {each.scored}/{each.total} | {values} | {flips} | {moved} |"


def _corrections(found: list[CorrectedScore]) -> Iterator[str]:
    yield f"{'design':10}{'measure':28}{'as judged':>10}{'corrected':>11}  95 % interval"
    for each in found:
        interval = f"[{each.low:.3f}, {each.high:.3f}]"
        own = "" if each.own else "  by labels of other answers"
        yield f"{each.configuration:10}{each.metric[:26]:28}{each.raw:>10.3f}{each.corrected:>11.3f}  {interval}{own}"


def _interval(estimate: Estimate) -> str:
    return f"{estimate.value:.3f} [{estimate.low:.3f}, {estimate.high:.3f}]"


def _moved(shift: Shift) -> str:
    raised = f", {shift.raised:.0%} of no become yes" if shift.raised else ""
    return f"moves scores by {_interval(shift.mean)}; {shift.flips:.1%} of verdicts flip{raised}"
