"""What is said of a technique, and where it comes from."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from ragtune.component import digest
from ragtune.history import finished_at
from ragtune.stats import bootstrap, holm, sign_flip
from ragtune.study import Study
from ragtune.techniques._pairs import Sum, as_text, matched_pairs
from ragtune.types import Floats

FLIPS = 40
"""Times the number of techniques: so that one that always helps can stand the correction for all the others."""


@dataclass(frozen=True)
class Technique:
    """`after` instead of `before` in a slot, or in a knob of what stands there, all else equal; `gain` is never negative.

    `gain` is the mean over pairs and queries in the metric's unit, its interval (95 %) and p are over the queries, `p_holm`
    is corrected for all techniques on that data; `noise` is how far a design is from itself. In `better` of `pairs` pairs,
    the mean rose.
    """

    where: str
    before: str
    after: str
    dataset: str
    data: str
    metric: str
    gain: float
    low: float | None
    high: float | None
    p: float
    p_holm: float
    noise: float
    pairs: int
    better: int
    queries: int
    studies: int

    @property
    def helps(self) -> bool:
        """Whether that is more than chance, counting all that was looked at, and more than the noise floor."""
        return self.p_holm <= 0.05 and self.gain > self.noise

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {**asdict(self), "helps": self.helps}


@dataclass
class _Table:
    """The distinct configurations of all studies of the same data that measured a metric; higher is better in `scores`."""

    dataset: str
    data: str
    metric: str
    sign: int
    studies: int
    noise: float
    rows: dict[str, tuple[Mapping[str, Any], Floats]] = field(default_factory=dict)


def techniques(studies: Iterable[Study], dataset: str | None = None, metric: str | None = None) -> list[Technique]:
    """All that was tried in matched pairs, by data; first what helps, by falling gain.

    Configurations that could not be scored on every query take no part. One that several studies of the same data have
    counts once, as the newest scored it.

    Args:
        studies: In any order.
        dataset: Its name; all unless given.
        metric: By which; what each study maximizes unless given.
    """
    wanted = [study for study in studies if dataset is None or study.record["dataset"]["name"] == dataset]
    found = [technique for table in _tables(wanted, metric) for technique in _of_table(table)]
    return sorted(
        found,
        key=lambda t: (t.dataset, t.data, t.metric, not t.helps, -t.gain, t.where, t.before, t.after),
    )


def _tables(studies: Sequence[Study], metric: str | None) -> Iterator[_Table]:
    by_data: dict[str, list[Study]] = defaultdict(list)
    for study in sorted(studies, key=lambda study: (finished_at(study), study.name)):
        digests = study.record["dataset"]["digests"]
        by_data[digest(json.dumps([digests, study.record["queries"]], sort_keys=True))].append(study)
    for data, group in by_data.items():
        for label in [metric] if metric else sorted({study.maximize for study in group}):
            measured = [study for study in group if label in study.record["metrics"]]
            if not measured:
                continue
            sign = -1 if measured[-1].record["better"][label] == "lower" else 1
            noise = max(study.record.get("noise", {}).get(label, 0.0) for study in measured)
            table = _Table(group[-1].record["dataset"]["name"], data[:8], label, sign, len(measured), noise)
            for study in measured:
                for entry, scores in zip(study.record["configurations"], study.scores.of(label), strict=True):
                    if not np.isnan(scores).any():
                        table.rows[as_text(entry["slots"])] = (entry["slots"], sign * scores)
            yield table


def _of_table(table: _Table) -> list[Technique]:
    if not table.rows:
        return []
    designs = [slots for slots, _ in table.rows.values()]
    scores = np.array([row for _, row in table.rows.values()])
    found = sorted(matched_pairs(designs, scores).items())
    if not found:
        return []
    effects = np.array([each.total / each.pairs for _, each in found])
    effects[np.abs(effects) < 1e-12] = 0.0
    intervals = bootstrap(effects, resamples=2_000)
    p = sign_flip(effects, flips=max(10_000, FLIPS * len(found)))
    corrected = holm(p)
    return [
        _technique(table, key, each, *(float(column[i]) for column in (*intervals, p, corrected)))
        for i, (key, each) in enumerate(found)
    ]


def _technique(
    table: _Table, key: tuple[str, str, str], found: Sum, mean: float, low: float, high: float, p: float, p_holm: float
) -> Technique:
    where, before, after = key
    up = mean >= 0
    known = low == low
    return Technique(
        where=where,
        before=before if up else after,
        after=after if up else before,
        dataset=table.dataset,
        data=table.data,
        metric=table.metric,
        gain=abs(mean),
        low=(low if up else -high) if known else None,
        high=(high if up else -low) if known else None,
        p=p,
        p_holm=p_holm,
        noise=table.noise,
        pairs=found.pairs,
        better=found.rose if up else found.fell,
        queries=len(next(iter(table.rows.values()))[1]),
        studies=table.studies,
    )
