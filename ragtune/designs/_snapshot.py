"""A design's scores in a file to commit: small, the same bytes for the same scores, a line a query."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from ragtune.designs._design import Design
from ragtune.errors import Fault, InputError
from ragtune.files import write_atomically

FORMAT = "ragtune scores 1"
DIGITS = 6
"""Digits kept after the point; comparisons take smaller differences for none."""


def write_snapshot(design: Design, path: Path) -> None:
    """Write a design's scores; one that could not be scored on every query is refused."""
    if design.scored < len(design.queries):
        raise InputError(
            f"{design.label} was scored on {design.scored} of {len(design.queries)} queries only; that is no baseline"
        )
    head = {
        "format": FORMAT,
        "study": design.study,
        "configuration": design.id,
        "role": design.role,
        "chosen_among": design.chosen_among,
        "slots": dict(design.slots),
        "dataset": design.dataset,
        "digests": dict(design.digests),
        "maximize": design.maximize,
        "metrics": {metric: design.better[metric] for metric in design.metrics},
    }
    lines = [f" {_json(key)}: {_json(value)}," for key, value in head.items()]
    lines.append(f' "held_out": [{", ".join(_json(query) for query in sorted(design.held_out))}],')
    rows = sorted(zip(design.queries, design.values.T.tolist(), strict=True))
    scores = ",\n".join(f"  {_json(query)}: {_json([_short(value) for value in row])}" for query, row in rows)
    write_atomically(path, ("{\n" + "\n".join(lines) + '\n "scores": {\n' + scores + "\n }\n}\n").encode())


def read_snapshot(path: Path) -> Design:
    """The inverse of `write_snapshot`, but for digits and costs; InputError says what is wrong with a file."""
    try:
        return _design(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise InputError([Fault(str(path), 0, 0, f"cannot be read ({error.strerror})")]) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        told = f"has no {error}" if isinstance(error, KeyError) else str(error)
        message = f"is no file of scores as ragtune check STUDY --write makes it: {told}"
        raise InputError([Fault(str(path), 0, 0, message)]) from error


def _design(found: dict[str, Any]) -> Design:
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise ValueError(f"it does not say 'format': '{FORMAT}'")
    metrics = tuple(found["metrics"])
    for query, row in found["scores"].items():
        numbers = all(isinstance(v, int | float) and not isinstance(v, bool) and math.isfinite(v) for v in row)
        if not numbers or len(row) != len(metrics):
            raise ValueError(f"query {query!r} has not a number for each of the {len(metrics)} metrics")
    if found["maximize"] not in metrics:
        raise ValueError(f"{found['maximize']!r} is not among its metrics")
    values = np.array(list(found["scores"].values()), dtype=np.float64).reshape(-1, len(metrics))
    return Design(
        study=found["study"],
        id=found["configuration"],
        role=found["role"],
        slots=found["slots"],
        dataset=found["dataset"],
        digests=found["digests"],
        maximize=found["maximize"],
        better=found["metrics"],
        metrics=metrics,
        queries=tuple(found["scores"]),
        values=values.T,
        chosen_among=found["chosen_among"],
        held_out=frozenset(found["held_out"]),
    )


def _short(value: float) -> float | int:
    rounded = round(value, DIGITS)
    return int(rounded) if rounded == int(rounded) else rounded


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
