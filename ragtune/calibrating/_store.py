"""Calibrations on disk: one JSON file each in the workspace's `calibrations`, written as a whole or not at all."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ragtune.calibrating._agreement import Agreement, Estimate
from ragtune.calibrating._biases import Shift
from ragtune.engine.workspace import Workspace
from ragtune.files import write_atomically

if TYPE_CHECKING:
    from ragtune.calibrating._calibrate import Calibration

FOLDER = "calibrations"


def write(workspace: Workspace, found: Calibration) -> None:
    """Keep it; the same measure on the same labels has one file."""
    text = json.dumps(as_json(asdict(found)), ensure_ascii=False, indent=1) + "\n"
    write_atomically(workspace.folder / FOLDER / f"{found.key}.json", text.encode())


def calibrations(workspace: Workspace) -> list[Calibration]:
    """All that are kept, by measure, those with most labels first; one that cannot be read is told of and left out."""
    found = []
    for path in sorted((workspace.folder / FOLDER).glob("*.json")):
        try:
            found.append(_read(json.loads(path.read_text(encoding="utf-8"))))
        except (OSError, ValueError, TypeError, KeyError) as error:
            workspace.say(f"{path} cannot be read ({error}); calibrate again")
    return sorted(found, key=lambda each: (each.metric, -each.scored, each.labels))


def as_json(value: Any) -> Any:
    """With null for what is not known."""
    if isinstance(value, dict):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(item) for item in value]
    return None if isinstance(value, float) and value != value else value


def _read(row: dict[str, Any]) -> Calibration:
    from ragtune.calibrating._calibrate import Calibration, Repeats, Scored

    told = row["agreement"]
    made = {
        "agreement": Agreement(
            auroc=_estimate(told["auroc"]),
            balanced_accuracy=_estimate(told["balanced_accuracy"]),
            kappa=_estimate(told["kappa"]),
            threshold=told["threshold"],
        ),
        "length": _estimate(row["length"]),
        "repeats": None if row["repeats"] is None else Repeats(**row["repeats"]),
        "order": _shift(row["order"]),
        "injected": {where: _shift(each) for where, each in row["injected"].items()},
        "incomplete": tuple(row["incomplete"]),
        "items": tuple(Scored(**item) for item in row["items"]),
    }
    return Calibration(**{**row, **made})


def _estimate(row: dict[str, Any]) -> Estimate:
    return Estimate(**{name: float("nan") if value is None else float(value) for name, value in row.items()})


def _shift(row: dict[str, Any] | None) -> Shift | None:
    return None if row is None else Shift(**{**row, "mean": _estimate(row["mean"])})
