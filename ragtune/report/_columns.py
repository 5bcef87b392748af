"""Everything that is said of each configuration, as columns; numbers are short, and None where unknown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from pydantic import ValidationError

from ragtune import spelling
from ragtune.component import parse
from ragtune.errors import RagtuneError
from ragtune.objectives import COSTS
from ragtune.report import _units
from ragtune.study import Study
from ragtune.types import Floats, Ints
from ragtune.verdict import Estimate, Verdict

_DIGITS = 5


def short(value: float | None) -> float | int | None:
    """Five digits that count; whole numbers without a point."""
    if value is None or not np.isfinite(value):
        return None
    rounded = float(f"{value:.{_DIGITS}g}")
    return int(rounded) if rounded == int(rounded) else rounded


def shorts(values: Iterable[float | None]) -> list[float | int | None]:
    """The same for many."""
    return [short(value) for value in values]


def costs(study: Study) -> dict[str, Floats]:
    """Name -> (n_configurations,), nan where unknown; costs that are known of no configuration are left out."""
    found = study.costs
    return {name: found[name] for name in COSTS if name in found and np.isfinite(found[name]).any()}


def measures(study: Study, known: Mapping[str, Floats]) -> list[dict[str, Any]]:
    """Metrics, then costs, those that decide between ties first, each with what a column needs."""
    labels = [(label, study.record["better"][label], "score") for label in study.scores.metrics if label not in known]
    preferred = [name for name in study.record["config"].get("prefer", ()) if name in known]
    labels.extend((label, "lower", "cost") for label in dict.fromkeys([*preferred, *known]))
    return [
        {
            "label": label,
            "title": _units.title(label),
            "unit": _units.unit(label),
            "better": better,
            "kind": kind,
            "what": _units.what(label),
        }
        for label, better, kind in labels
    ]


def values(known: Mapping[str, Floats], verdict: Verdict, kept: Ints) -> dict[str, list[Any]]:
    """Label -> a number for each configuration: metrics by the queries that judge."""
    found = {
        label: shorts(None if (at := row[i]) is None else at.mean for i in kept.tolist())
        for label, row in verdict.intervals.items()
    }
    return found | {label: shorts(values[kept].tolist()) for label, values in known.items()}


def standings(verdict: Verdict, kept: Ints) -> dict[str, list[Any]]:
    """Intervals, differences to the baseline, and their p, corrected for the number of configurations."""
    rows = [verdict.standings[i] for i in kept.tolist()]

    def ends(estimates: Sequence[Estimate | None], name: str) -> list[Any]:
        return shorts(None if each is None else getattr(each, name) for each in estimates)

    judged = [row.judged for row in rows]
    difference = [row.difference for row in rows]
    return {
        "low": ends(judged, "low"),
        "high": ends(judged, "high"),
        "difference": ends(difference, "mean"),
        "difference_low": ends(difference, "low"),
        "difference_high": ends(difference, "high"),
        "p": shorts(row.p_holm for row in rows),
    }


def slots(configurations: Sequence[Mapping[str, Any]]) -> tuple[dict[str, list[str]], dict[str, list[int]]]:
    """Slot -> the different designs of it as they are spelt, and slot -> which of them each configuration has."""
    names: dict[str, list[str]] = {}
    places: dict[str, list[int]] = {}
    for slot in configurations[0]:
        index: dict[str, int] = {}
        written = [spelling.write(each.get(slot, "none")) for each in configurations]
        places[slot] = [index.setdefault(text, len(index)) for text in written]
        names[slot] = list(index)
    return names, places


def knobs(configurations: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Knobs of which there is more than one value: their values in order, and which each configuration has, -1 for none.

    The word of a slot's component is a knob too, under the slot's name.
    """
    rows = [_flat(each) for each in configurations]
    names = list(dict.fromkeys(name for row in rows for name in row))
    # A slot, then the knobs of what stands in it.
    names.sort(key=lambda name: (list(configurations[0]).index(name.split(".")[0]), "." in name))
    found = []
    for name in names:
        given = sorted({row[name] for row in rows if name in row}, key=_order)
        if len(given) > 1:
            place = {_order(value): i for i, value in enumerate(given)}
            of = [place[_order(row[name])] if name in row else -1 for row in rows]
            found.append({"name": name, "values": [spelling.write(value) for value in given], "of": of})
    return found


def _flat(configuration: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for slot, spec in configuration.items():
        if isinstance(spec, list):  # several in a row: which, is one knob
            row[slot] = " + ".join(spelling.write(part) for part in spec)
            continue
        word = spec if isinstance(spec, str) else next(iter(spec))
        row[slot] = word
        given = {} if isinstance(spec, str) else dict(spec[word] or {})
        row.update({f"{slot}.{knob}": _scalar(value) for knob, value in {**_defaults(slot, spec), **given}.items()})
    return row


def _defaults(slot: str, spec: Any) -> dict[str, Any]:
    """All knobs of a component that is installed here; none of one that is not."""
    try:
        component = parse(slot, spec) if spec != "none" else None
    except (RagtuneError, ValidationError, ImportError):
        return {}
    if component is None:
        return {}
    ignored = component.ignored()
    return {k: getattr(component, k) for k in type(component).model_fields if k not in ignored}


def _scalar(value: Any) -> Any:
    return value if isinstance(value, bool | int | float | str) else "none" if value is None else _spelt(value)


def _spelt(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_spelt(each) for each in value)
    return str(value) if not isinstance(value, dict) else spelling.write(value)


def _order(value: Any) -> tuple[int, float, str]:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return (0, float(value), "") if number else (1, 0.0, str(value))
