"""The noise floor: how far a design is from itself when nothing that should matter is changed."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ragtune.config import Config, load_config
from ragtune.engine.workspace import DEFAULT, Workspace
from ragtune.errors import ConfigError
from ragtune.pipelines.pipeline import Data
from ragtune.study import known_noise, noise_key
from ragtune.sweeping import Watcher, load_data, sweep
from ragtune.toolsets import ToolDataset
from ragtune.types import Floats

FEWEST = 3


@dataclass(frozen=True)
class Noise:
    """The largest difference between two runs of one design, metric by metric.

    `means` is (n_runs, n_configurations, n_metrics) float64, `floor` metric -> the largest difference of two runs of the
    same configuration, in the metric's unit. Differences up to it are no improvement, however many queries there are.
    """

    metrics: tuple[str, ...]
    means: Floats
    floor: Mapping[str, float]


def measure_noise(
    dataset: Data | str | Path | None,
    config: Config | str | Path | Mapping[str, Any],
    *,
    runs: int = 5,
    seed: int = 0,
    rebuild: bool = False,
    workspace: Workspace | str | Path = DEFAULT,
    watcher: Watcher | None = None,
) -> Noise:
    """Run every configuration again and again on the same data in another order, with other seeds; keep the floor.

    Each run puts documents and queries in another order (ties, indexes and batches fall differently) and splits the
    queries anew (what learns, learns from others).

    Args:
        dataset: A loaded dataset, a path or name of one, or None to use the one that the configuration names.
        config: Its whole space is run; a few configurations are enough.
        runs: How many times, at least 3.
        seed: Of the orders and splits.
        rebuild: Compute everything anew each time, vectors included, instead of taking what is kept of each text.
        workspace: The folder that keeps results, and the floor for later verdicts.
        watcher: Is told what happens.
    """
    config = load_config(config)
    if runs < FEWEST:
        raise ConfigError(f"noise is seen from {FEWEST} runs on, not from {runs}")
    data = load_data(dataset, config)
    workspace = workspace if isinstance(workspace, Workspace) else Workspace(workspace)
    means = []
    for run in range(runs):
        shuffled = _shuffled(data, seed, run)
        again = replace(config, split=replace(config.split, seed=config.split.seed + run))
        with ExitStack() as stack:
            place = workspace
            if rebuild:
                folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="ragtune-noise-"))
                place = Workspace(folder, workspace.say)
            study = sweep(shuffled, again, workspace=place, watcher=watcher)
            means.append(_by_spec(study.record["configurations"], study.scores.mean()))
            metrics = study.scores.metrics
    specs = sorted(set.intersection(*(set(found) for found in means)))
    values = np.array([[found[spec] for spec in specs] for found in means])
    spread = (values.max(axis=0) - values.min(axis=0)).max(axis=0)
    noise = Noise(metrics, values, dict(zip(metrics, spread.tolist(), strict=True)))
    _keep(workspace, data, noise)
    return noise


def _keep(workspace: Workspace, dataset: Data, noise: Noise) -> None:
    with workspace.writing():
        known = known_noise(workspace, dataset)
        floor = {name: max(value, known.get(name, 0.0)) for name, value in noise.floor.items()}
        workspace.results.put({noise_key(dataset): json.dumps({**known, **floor}).encode()})


def _by_spec(configurations: Sequence[Mapping[str, Any]], means: Floats) -> dict[str, Floats]:
    """Ids depend on the order of the documents; what was asked for does not."""
    return {json.dumps(entry["slots"], sort_keys=True): row for entry, row in zip(configurations, means, strict=True)}


def _shuffled(data: Data, seed: int, run: int) -> Data:
    """The same data in another order."""
    if isinstance(data, ToolDataset):
        tools = replace(data.toolset, tools=_reordered(data.toolset.tools, seed, run))
        return replace(data, toolset=tools, cases=_reordered(data.cases, seed, run))
    documents, queries = _reordered(data.documents, seed, run), _reordered(data.queries, seed, run)
    return replace(data, documents=documents, queries=queries)


def _reordered(things: Sequence[Any], seed: int, run: int) -> tuple[Any, ...]:
    """As given, then backwards (which turns every tie), then at random."""
    if run < 2:
        return tuple(things[:: -1 if run else 1])
    return tuple(things[i] for i in np.random.default_rng([seed, run]).permutation(len(things)))
