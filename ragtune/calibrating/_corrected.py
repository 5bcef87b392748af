"""Scores of a study, corrected by labels."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from ragtune.calibrating._calibrate import Calibration, Scored
from ragtune.calibrating._labels import FEWEST
from ragtune.calibrating._store import calibrations
from ragtune.engine.workspace import Workspace
from ragtune.stats._ppi import corrected
from ragtune.study import Study
from ragtune.types import Floats


@dataclass(frozen=True)
class CorrectedScore:
    """The mean of a measure over a configuration's answers as it is, and corrected to the mean label people would give.

    `own`: whether the labels are of this configuration's own answers. Then the interval holds however wrong the judge is.
    Where they are of others, it rests on the judge erring on average by as much here as it did there, which is to be said
    wherever it is shown. `labels` is their number, `trust` what the judge's scores count beside them.
    """

    configuration: str
    metric: str
    raw: float
    corrected: float
    low: float
    high: float
    scored: int
    total: int
    labels: int
    own: bool
    trust: float


def corrected_scores(
    study: Study, workspace: Workspace, configurations: Collection[str] | None = None
) -> list[CorrectedScore]:
    """For each measure of the study for which there is a calibration, each configuration; of several, that with most labels.

    `configurations` are the ids that are wanted, all of them unless given.

    Prediction-powered inference (`ragtune.stats.corrected`). With at least 10 labels of a configuration's own answers it
    is tuned, and the queries that were labelled are taken out of the unlabelled part; else the labels of all answers
    there are correct by the judge's mean error alone.
    """
    found: dict[str, Calibration] = {}
    for each in calibrations(workspace):
        found.setdefault(each.metric, each)
    return [
        _of(study, metric, i, found[metric])
        for metric in study.scores.metrics
        if metric in found
        for i, id in enumerate(study.scores.configurations)
        if configurations is None or id in configurations
        if np.isfinite(study.scores.of(metric)[i]).sum() >= 2
    ]


def _of(study: Study, metric: str, place: int, calibration: Calibration) -> CorrectedScore:
    id, values = study.scores.configurations[place], study.scores.of(metric)[place]
    known = np.isfinite(values)
    items = [item for item in calibration.items if item.configuration and id.startswith(item.configuration)]
    own = len(items) >= FEWEST
    items = items if own else list(calibration.items)
    labelled = {item.id for item in items} if own else set()
    rest = known & np.array([query not in labelled for query in study.scores.queries])
    if rest.sum() < 2:  # nearly all are labelled
        rest = known
    lower = calibration.better == "lower"
    scores, labels = _columns(items, lower)
    told = corrected(_turned(values[rest], lower), scores, labels, trust=None if own else 1.0, within=(0.0, 1.0))
    raw = float(values[known].mean())
    return CorrectedScore(
        id, metric, raw, told.estimate, told.low, told.high, int(known.sum()), len(known), len(items), own, told.trust
    )


def _columns(items: list[Scored], lower: bool) -> tuple[Floats, Floats]:
    scores = np.array([item.score for item in items], dtype=np.float64)
    return _turned(scores, lower), np.array([item.label for item in items], dtype=np.float64)


def _turned(scores: Floats, lower: bool) -> Floats:
    """On the labels' scale, where 1 is good."""
    return 1 - scores if lower else scores
