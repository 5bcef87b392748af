"""What became of a dataset over its studies: the same queries each time, changes of the data marked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from ragtune.comparing import DATA, paired
from ragtune.designs import Design, design_of
from ragtune.errors import InputError, suggest
from ragtune.stats import bootstrap
from ragtune.study import FILE, Study

FEWEST = 0.5
"""An older study that would leave less than this share of the newest one's queries is left out."""


@dataclass(frozen=True)
class Point:
    """One study: means of its design and of its baseline by each metric, over the queries that all points have.

    `difference` is to the point before, by the trend's metric, with its 95 % interval; None for the first.
    """

    study: str
    when: str
    configuration: str
    role: str
    means: dict[str, float]
    baseline: dict[str, float]
    changed: tuple[str, ...]
    digests: dict[str, str]
    difference: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Trend:
    """Studies of one dataset, oldest first. `left_out` says which are not among them, and why."""

    dataset: str
    metric: str
    better: str
    queries: int
    points: tuple[Point, ...]
    left_out: tuple[tuple[str, str], ...]

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def finished_at(study: Study) -> str:
    """When a study was written, in UTC: what it says itself, or its file's time."""
    told = study.record["run"].get("finished_at")
    if told:
        return datetime.fromisoformat(told).astimezone(UTC).isoformat(timespec="seconds")
    seconds = (study.folder / FILE).stat().st_mtime
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def history(studies: Iterable[Study], dataset: str | None = None, metric: str | None = None) -> list[Trend]:
    """A trend for each dataset, or for one.

    Args:
        studies: In any order.
        dataset: Its name; all unless given.
        metric: What differences are told by; what the newest study maximizes unless given.

    Raises:
        InputError: there is no such dataset or metric.
    """
    by_dataset: dict[str, list[Study]] = {}
    for study in studies:
        by_dataset.setdefault(study.record["dataset"]["name"], []).append(study)
    if dataset is not None and dataset not in by_dataset:
        raise InputError(f"no study is of a dataset '{dataset}'{suggest(dataset, sorted(by_dataset))}")
    names = sorted(by_dataset) if dataset is None else [dataset]
    trends = [_trend(name, by_dataset[name], metric) for name in names]
    known = sorted({label for name in names for study in by_dataset[name] for label in study.record["metrics"]})
    if metric is not None and metric not in known:
        raise InputError(f"no study has a metric '{metric}'{suggest(metric, known)}")
    return [trend for trend in trends if trend.points]


def _trend(name: str, found: Sequence[Study], metric: str | None) -> Trend:
    ordered = sorted(found, key=lambda study: (finished_at(study), study.name))
    metric = metric or ordered[-1].maximize
    kept: list[tuple[Study, Design, Design]] = []
    left_out: list[tuple[str, str]] = []
    shared: set[str] | None = None
    newest = 0
    for study in reversed(ordered):
        reason, design = _usable(study, metric)
        common = set(study.record["queries"]) if shared is None else shared & set(study.record["queries"])
        if design is not None and shared is not None and len(common) < FEWEST * newest:
            reason = f"it has only {len(common)} of the {len(shared)} queries that the later ones have"
        if reason or design is None:
            left_out.append((study.name, reason))
            continue
        newest = newest or len(common)
        shared = common
        kept.append((study, design, design_of(study, "baseline")))
    queries = sorted(shared or ())
    points = tuple(_points(kept[::-1], queries, metric))
    better = kept[0][1].better[metric] if kept else "higher"
    return Trend(name, metric, better, len(queries), points, tuple(left_out[::-1]))


def _usable(study: Study, metric: str) -> tuple[str, Design | None]:
    """Why a study cannot be part of a trend, or its design."""
    if metric not in study.record["metrics"]:
        return f"it does not measure {metric}", None
    if not study.scores.queries:
        return "it has no queries", None
    design = design_of(study) if _complete(study) else None
    return ("", design) if design else ("no configuration was scored on every query", None)


def _complete(study: Study) -> bool:
    values = study.scores.values
    return bool((values == values).all(axis=(1, 2)).any())


def _points(kept: Sequence[tuple[Study, Design, Design]], queries: list[str], metric: str) -> Iterator[Point]:
    before: Design | None = None
    for study, design, baseline in kept:
        change: tuple[float | None, float | None, float | None] = (None, None, None)
        if before is not None:
            found = bootstrap(paired(before.of(metric, queries), design.of(metric, queries))[None])
            mean, low, high = (float(each[0]) for each in found)
            change = (mean, low, high) if low == low else (mean, None, None)
        yield Point(
            study=study.name,
            when=finished_at(study),
            configuration=design.id,
            role=design.role,
            means=_means(design, queries),
            baseline=_means(baseline, queries),
            changed=() if before is None else _changed(before, design),
            digests=dict(design.digests),
            difference=change[0],
            low=change[1],
            high=change[2],
        )
        before = design


def _means(design: Design, queries: list[str]) -> dict[str, float]:
    return {metric: float(design.of(metric, queries).mean()) for metric in design.metrics}


def _changed(before: Design, after: Design) -> tuple[str, ...]:
    """Which parts of the data are others."""
    told = [what for part, what in DATA.items() if before.digests.get(part) != after.digests.get(part)]
    return tuple(told) + (() if before.queries == after.queries else ("which queries",))
