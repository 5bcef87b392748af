"""The verdict of a study, written beside its scores."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ragtune.component import digest
from ragtune.effects import Factors
from ragtune.files import write_atomically
from ragtune.objectives import Target
from ragtune.splitting import Split
from ragtune.study import ARRAYS, Study
from ragtune.verdict import VERSION, Measured, Verdict, judge

FILE = "verdict.json"


def verdict_of(study: Study) -> Verdict:
    """The study's verdict: read where it was made of these very scores and wishes, made and written where not.

    Raises:
        InputError: no configuration was scored on every query.
        WorkspaceError: it cannot be written.
    """
    basis = _basis(study)
    path = study.folder / FILE
    try:
        written = json.loads(path.read_text(encoding="utf-8"))
        if written.pop("basis") == basis:
            return Verdict.from_json(written)
    except (OSError, ValueError, KeyError):
        pass  # none yet, or half of one: it is made anew
    found = _judge(study)
    record = {"basis": basis, **found.as_json()}
    write_atomically(path, (json.dumps(record, ensure_ascii=False, indent=1) + "\n").encode())
    return found


def _judge(study: Study) -> Verdict:
    table, config = study.scores, study.record["config"]
    measured = Measured(table.configurations, table.metrics, study.record["better"], table.values, study.costs)
    return judge(
        measured,
        Split(study.fold),
        maximize=study.maximize,
        targets=[Target.parse(measure, bound) for measure, bound in config["targets"].items()],
        prefer=config["prefer"],
        noise=study.record.get("noise"),
        knobs=_knobs([entry["slots"] for entry in study.record["configurations"]]),
    )


def _knobs(configurations: Sequence[Mapping[str, Any]]) -> dict[str, list[float | None]]:
    """Numeric knob -> its value in each configuration, None where there is no such knob."""
    factors = Factors.of(configurations)
    columns = {knob: [_number(row.get(knob)) for row in factors.rows] for knob in factors.varying}
    return {knob: column for knob, column in columns.items() if any(value is not None for value in column)}


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _basis(study: Study) -> str:
    """A digest of all that the verdict rests on."""
    wishes = {key: study.record[key] for key in ("config", "metrics", "better", "noise", "configurations")}
    return digest(str(VERSION), (study.folder / ARRAYS).read_bytes(), json.dumps(wishes, sort_keys=True))
