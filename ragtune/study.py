"""A study: one sweep and all it left. Scores are configuration × metric × query; a mean is only ever derived."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ragtune.engine.workspace import Workspace
from ragtune.errors import InputError, WorkspaceError, suggest
from ragtune.files import write_atomically
from ragtune.types import Floats, Ints

FILE = "study.json"
ARRAYS = "scores.safetensors"


@dataclass(frozen=True)
class ScoreTable:
    """(n_configurations, n_metrics, n_queries) float64 `values`, nan where a configuration could not be scored."""

    configurations: tuple[str, ...]
    metrics: tuple[str, ...]
    queries: tuple[str, ...]
    values: Floats

    def of(self, metric: str) -> Floats:
        """(n_configurations, n_queries) of one metric."""
        if metric not in self.metrics:
            raise InputError(f"the study has no metric '{metric}'{suggest(metric, self.metrics)}")
        return self.values[:, self.metrics.index(metric)]

    def mean(self) -> Floats:
        """(n_configurations, n_metrics): means over all queries; nan where one is missing, so no gap raises a mean."""
        means: Floats = self.values.mean(axis=2)
        return means


@dataclass(frozen=True)
class Row:
    """One configuration on the leaderboard. `difference` is to the baseline, in the metric's unit."""

    id: str
    configuration: Mapping[str, Any]
    baseline: bool
    means: Mapping[str, float]
    difference: float
    scored: int
    total: int
    latency_p50_ms: float | None
    latency_p95_ms: float | None


@dataclass(frozen=True)
class Study:
    """A finished or interrupted sweep, read from its folder. `record` is the content of its `study.json`."""

    folder: Path
    record: Mapping[str, Any]

    @property
    def name(self) -> str:
        """What `ragtune show` calls it."""
        return self.folder.name

    @property
    def maximize(self) -> str:
        """The metric that the study is about."""
        return str(self.record["config"]["maximize"])

    @property
    def summary(self) -> Mapping[str, Any]:
        """What the last run did: configurations, steps run, seconds, seconds inside models, failures."""
        found: Mapping[str, Any] = self.record["run"]
        return found

    @cached_property
    def _arrays(self) -> Mapping[str, NDArray[Any]]:
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        try:
            return load_file(self.folder / ARRAYS)
        except (OSError, SafetensorError) as error:
            raise WorkspaceError(f"{self.folder / ARRAYS} cannot be read ({error}); run the sweep again") from error

    @cached_property
    def scores(self) -> ScoreTable:
        """Every score of every configuration on every query."""
        ids = tuple(entry["id"] for entry in self.record["configurations"])
        return ScoreTable(ids, tuple(self.record["metrics"]), tuple(self.record["queries"]), self._arrays["scores"])

    def entry(self, configuration: str) -> Mapping[str, Any]:
        """`id` and `slots` of a configuration, by the beginning of its id; InputError where that is not one's alone."""
        entries = self.record["configurations"]
        found = [entry for entry in entries if entry["id"].startswith(configuration)]
        if len(found) != 1:
            what = "several configurations begin with" if found else "there is no configuration"
            ids = [entry["id"] for entry in entries]
            raise InputError(f"{what} '{configuration}' in {self.name}{suggest(configuration, ids)}")
        return dict(found[0])

    @property
    def fold(self) -> Ints:
        """(n_queries,) int64: -1 for queries kept back to confirm, else the query's part in cross-validation."""
        return self._arrays["fold"]

    @property
    def costs(self) -> Mapping[str, Floats]:
        """Cost -> (n_configurations,) float64, nan where it is not known; their names are `ragtune.objectives.COSTS`."""
        return dict(zip(self.record["costs"], self._arrays["costs"], strict=True))

    @property
    def latencies_ms(self) -> Floats:
        """(n_configurations, n_requests) milliseconds: sample requests, one at a time, warm; nan if not timed."""
        return self._arrays["latencies"] * 1000

    def leaderboard(self, sort: str | None = None) -> list[Row]:
        """The baseline first, then all others from best to worst by a metric (or `latency`); incomplete ones last."""
        sort = sort or self.maximize
        rows = list(self._rows())
        if sort == "latency":
            return sorted(
                rows, key=lambda row: (not row.baseline, row.latency_p50_ms is None, row.latency_p50_ms, row.id)
            )
        self.scores.of(sort)  # refuses an unknown metric
        sign = 1 if self.record["better"][sort] == "lower" else -1

        def order(row: Row) -> tuple[Any, ...]:
            complete = row.scored == row.total
            return (
                not row.baseline,
                not complete,
                sign * row.means[sort] if complete else 0.0,
                row.latency_p50_ms or 0.0,
                row.id,
            )

        return sorted(rows, key=order)

    def best(self) -> Row:
        """The complete configuration with the best mean of the metric to maximize; the baseline if none beats it."""
        rows = self.leaderboard()
        complete = [row for row in rows if row.scored == row.total]
        if not complete:
            raise WorkspaceError(f"study {self.name} has no complete configuration; see its failures")
        sign = 1 if self.record["better"][self.maximize] == "lower" else -1
        return min(complete, key=lambda row: (sign * row.means[self.maximize], not row.baseline))

    def _rows(self) -> Iterator[Row]:
        table = self.scores
        means = table.mean()
        scored = (~np.isnan(table.values)).all(axis=1).sum(axis=1)
        of_interest = means[:, table.metrics.index(self.maximize)]
        times = self.latencies_ms
        timed = np.all(np.isfinite(times), axis=1).tolist()
        for i, entry in enumerate(self.record["configurations"]):
            p50, p95 = np.percentile(times[i], [50, 95]) if timed[i] else (None, None)
            yield Row(
                id=entry["id"],
                configuration=entry["slots"],
                baseline=i == 0,
                means=dict(zip(table.metrics, means[i].tolist(), strict=True)),
                difference=float(of_interest[i] - of_interest[0]),
                scored=int(scored[i]),
                total=len(table.queries),
                latency_p50_ms=None if p50 is None else float(p50),
                latency_p95_ms=None if p95 is None else float(p95),
            )


def write_study(folder: Path, record: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Study:
    """Write a study's folder: arrays first, so that a `study.json` always has them beside it."""
    from safetensors.numpy import save

    write_atomically(folder / ARRAYS, save({name: np.ascontiguousarray(a) for name, a in arrays.items()}))
    write_atomically(folder / FILE, (json.dumps(record, ensure_ascii=False, indent=1) + "\n").encode())
    return Study(folder, record)


def open_study(name: str | Path, workspace: Workspace) -> Study:
    """A study by its folder, its name, or the beginning of its name where that is unique."""
    folder = Path(name)
    if not (folder / FILE).is_file():
        found = [s for s in studies(workspace) if s.name == str(name)] or [
            s for s in studies(workspace) if s.name.startswith(str(name))
        ]
        if len(found) == 1:
            return found[0]
        names = [study.name for study in found or studies(workspace)]
        what = "several studies begin with" if found else "there is no study"
        raise InputError(f"{what} '{name}' in {workspace.folder}{suggest(str(name), names)}")
    return _read(folder)


def newest(workspace: Workspace) -> Study:
    """The study that was written last."""
    found = studies(workspace)
    if not found:
        raise InputError(f"there is no study in {workspace.folder}; ragtune sweep makes one")
    return max(found, key=lambda study: (study.folder / FILE).stat().st_mtime)


def studies(workspace: Workspace) -> list[Study]:
    """All studies of a workspace, by name; one that cannot be read is told of and left out."""
    found = []
    for path in sorted(workspace.studies.glob(f"*/{FILE}")):
        try:
            found.append(_read(path.parent))
        except WorkspaceError as error:
            workspace.say(str(error))
    return found


def _read(folder: Path) -> Study:
    try:
        return Study(folder, json.loads((folder / FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise WorkspaceError(f"{folder / FILE} cannot be read ({error}); run the sweep again") from error


def differing_slots(configurations: Sequence[Mapping[str, Any]]) -> list[str]:
    """The slots that are not the same in all the configurations: what is worth a column."""
    slots = list(configurations[0]) if configurations else []
    return [slot for slot in slots if len({json.dumps(c[slot], sort_keys=True) for c in configurations}) > 1]


class Digested(Protocol):
    """Data that are known by their content."""

    @property
    def corpus_digest(self) -> str:
        """Of documents or tools."""
        ...

    @property
    def queries_digest(self) -> str:
        """Of what is asked."""
        ...

    @property
    def judgments_digest(self) -> str:
        """Of what is right."""
        ...


def known_noise(workspace: Workspace, dataset: Digested) -> dict[str, float]:
    """The noise floor that was measured for a dataset, metric by metric; empty where none was."""
    key = noise_key(dataset)
    row = workspace.results.get([key]).get(key)
    return dict(json.loads(row)) if row else {}


def noise_key(dataset: Digested) -> bytes:
    """Under what the noise floor of a dataset is kept; any change of the data is another dataset."""
    return f"noise:{dataset.corpus_digest}{dataset.queries_digest}{dataset.judgments_digest}".encode()
