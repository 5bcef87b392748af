"""Human labels from a table: what was answered to a query out of which passages, and what a person thought of it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from ragtune.calibrating._agreement import Flags
from ragtune.component import digest
from ragtune.datasets._reading import Faults, Place
from ragtune.datasets._tables import Table, open_table
from ragtune.types import Floats

FEWEST = 10
"""Labels with which nothing at all could be said."""
FEWEST_OF_A_KIND = 3
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "query": ("query", "question", "user_input"),
    "answer": ("answer", "response"),
    "passages": ("passages", "contexts", "retrieved_contexts", "context"),
    "label": ("label", "human_label", "human"),
    "references": ("references", "reference", "answers"),
}
"""What is looked for, and under which names; the first that a row has counts."""
_WORDS = {"true": 1.0, "false": 0.0, "yes": 1.0, "no": 0.0}


@dataclass(frozen=True)
class Labelled:
    """One answer that a person judged: `label` is from 0 to 1. `configuration` says which design gave it, where known."""

    id: str
    query: str
    answer: str
    passages: tuple[str, ...]
    label: float
    references: tuple[str, ...] = ()
    configuration: str = ""


@dataclass(frozen=True)
class Labels:
    """All of them. A label of `yes_from` on is a yes where only yes and no can be told."""

    items: tuple[Labelled, ...]
    yes_from: float = 0.5

    def __len__(self) -> int:
        return len(self.items)

    @cached_property
    def values(self) -> Floats:
        """(n,) float64."""
        return np.array([item.label for item in self.items], dtype=np.float64)

    @property
    def yes(self) -> Flags:
        """(n,) bool."""
        return self.values >= self.yes_from

    @cached_property
    def digest(self) -> str:
        """Of everything in them."""
        rows = [[i.id, i.query, i.answer, i.passages, i.label, i.references, i.configuration] for i in self.items]
        return digest(json.dumps([self.yes_from, rows], ensure_ascii=False))


def load_labels(path: Path | str, *, yes_from: float = 0.5) -> Labels:
    """Labels from JSON lines, JSON, CSV, TSV, Parquet or Arrow, one answer a row.

    A row has `query`, `answer`, `passages` (a list, or one text), `label` (0 or 1, true or false, or a grade between) and
    maybe `id`, `references` and `configuration` (the beginning of a configuration's id, where its answers were labelled).
    The names of `COLUMNS` are known too, so AttributionBench is read as it is.

    Raises:
        DatasetError: with every fault, by file and line.
    """
    faults = Faults()
    table = open_table(Path(path), faults)
    items: dict[str, Labelled] = {}
    if table is not None and not _lacks(table, faults):
        for number, (place, row) in enumerate(table.rows, 1):
            item = _item(row, str(number), place, faults)
            if item is not None and item.id in items:
                faults.add(place, f"the id '{item.id}' is given twice")
            elif item is not None:
                items[item.id] = item
    faults.check()
    labels = Labels(tuple(items.values()), yes_from)
    yes = int(labels.yes.sum())
    if len(labels) < FEWEST or min(yes, len(labels) - yes) < FEWEST_OF_A_KIND:
        told = f"{len(labels)} labels, {yes} of them yes: at least {FEWEST} are needed, {FEWEST_OF_A_KIND} of each kind"
        faults.add(Place(str(path)), f"{told}; from 30 on there is something to be said")
    faults.check()
    return labels


def _lacks(table: Table, faults: Faults) -> bool:
    missing = [name for name in ("query", "answer", "passages", "label") if not any(map(table.has, COLUMNS[name]))]
    for name in missing:
        known = ", ".join(table.columns or ())
        faults.add(Place(str(table.path)), f"there is no column for the {name}: {' or '.join(COLUMNS[name])} ({known})")
    return bool(missing)


def _item(row: Mapping[str, Any], number: str, place: Place, faults: Faults) -> Labelled | None:
    before = len(faults)
    found = {name: next((row[key] for key in keys if row.get(key) is not None), None) for name, keys in COLUMNS.items()}
    query, answer = (_text(name, found[name], place, faults) for name in ("query", "answer"))
    passages = _texts("passages", found["passages"], place, faults, needed=True)
    references = _texts("references", found["references"], place, faults, needed=False)
    label = _label(found["label"], place, faults)
    if len(faults) > before:
        return None
    named = str(row.get("id") or number), str(row.get("configuration") or "")
    return Labelled(named[0], query, answer, passages, label, references, named[1])


def _text(name: str, value: Any, place: Place, faults: Faults) -> str:
    if not isinstance(value, str) or not value.strip():
        faults.add(place, f"there is no {name} ({' or '.join(COLUMNS[name])}), or it is no text")
        return ""
    return value


def _texts(name: str, value: Any, place: Place, faults: Faults, *, needed: bool) -> tuple[str, ...]:
    """A list of texts, one text, or, in a cell of a table, a list written as JSON."""
    if isinstance(value, str) and value.lstrip().startswith("["):
        try:
            value = json.loads(value)
        except ValueError:
            value = [value]
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, Sequence) or not all(isinstance(text, str) for text in listed):
        if needed or value is not None:
            faults.add(place, f"the {name} ({' or '.join(COLUMNS[name])}) are a list of texts, or one text")
        return ()
    return tuple(text for text in listed if text.strip())


def _label(value: Any, place: Place, faults: Faults) -> float:
    try:
        label = _WORDS.get(value.strip().lower()) if isinstance(value, str) else None
        label = float(value) if label is None else label
    except (TypeError, ValueError):
        label = math.nan
    if not 0 <= label <= 1:
        faults.add(place, f"the label is a number from 0 to 1, true or false, not {str(value)[:40]!r}")
    return label
