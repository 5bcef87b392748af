"""A judge is an instrument: how well it agrees with people, what sways it, and what its scores are worth corrected."""

from __future__ import annotations

from ragtune.calibrating._agreement import Agreement, Estimate, agreement
from ragtune.calibrating._biases import Shift
from ragtune.calibrating._calibrate import Calibration, Plan, Repeats, Scored, calibrate
from ragtune.calibrating._corrected import CorrectedScore, corrected_scores
from ragtune.calibrating._labels import Labelled, Labels, load_labels
from ragtune.calibrating._store import as_json, calibrations
from ragtune.calibrating._wanted import read_wanted

__all__ = [
    "Agreement",
    "Calibration",
    "CorrectedScore",
    "Estimate",
    "Labelled",
    "Labels",
    "Plan",
    "Repeats",
    "Scored",
    "Shift",
    "agreement",
    "as_json",
    "calibrate",
    "calibrations",
    "corrected_scores",
    "load_labels",
    "read_wanted",
]
