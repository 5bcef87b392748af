"""Query × configuration, a byte a cell."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np

from ragtune.study import Study
from ragtune.types import Floats, Ints

MOST_CELLS = 700_000
MISSING = 255


def heat(study: Study, designs: Ints, queries: Ints) -> dict[str, Any]:
    """Designs from the best down and queries from the hardest on, by the metric to maximize, as places in the lists given.

    Every layer is a metric's scores over (designs, queries): 0 to 254 from `low` to `high`, 255 where one is missing.
    """
    main = study.scores.of(study.maximize)[np.ix_(designs, queries)]
    sign = -1.0 if study.record["better"][study.maximize] == "lower" else 1.0
    rows = np.argsort(np.nan_to_num(-sign * main.mean(axis=1), nan=np.inf), kind="stable")
    columns = np.argsort(_mean(sign * main), kind="stable")
    note = ""
    if len(rows) * len(columns) > MOST_CELLS:
        wanted = max(1, MOST_CELLS // len(columns))
        rows = rows[np.unique(np.linspace(0, len(rows) - 1, wanted).astype(int))]
        note = f"A sample of {len(rows):,} designs, evenly from best to worst."
    layers: list[dict[str, Any]] = []
    for label in [study.maximize, *(m for m in study.scores.metrics if m != study.maximize)][:4]:
        if layers and (len(layers) + 1) * len(rows) * len(columns) > MOST_CELLS:
            break
        scores = study.scores.of(label)[np.ix_(designs, queries)][np.ix_(rows, columns)]
        layers.append(_layer(label, scores))
    return {"configurations": rows.tolist(), "queries": columns.tolist(), "layers": layers, "note": note}


def _layer(label: str, scores: Floats) -> dict[str, Any]:
    known = scores[np.isfinite(scores)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    if known.size and low >= 0 and high <= 1:
        low, high = 0.0, 1.0
    width = high - low or 1.0
    cells = np.full(scores.shape, MISSING, dtype=np.uint8)
    some = np.isfinite(scores)
    cells[some] = np.rint(254 * (scores[some] - low) / width).astype(np.uint8)
    return {"label": label, "low": low, "high": low + width, "cells": base64.b64encode(cells.tobytes()).decode()}


def _mean(scores: Floats) -> Floats:
    """(n_queries,) means of the known scores; 0 where nothing is known."""
    known = np.isfinite(scores)
    total: Floats = np.where(known, scores, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return total


def query_columns(
    study: Study, designs: Ints, queries: Ints, baseline: int | None, pick: int | None, texts: Sequence[str] | None
) -> dict[str, Any]:
    """What the table of queries says: ids, texts, tags, and scores by the metric to maximize."""
    table = study.scores.of(study.maximize)[np.ix_(designs, queries)]
    sign = -1.0 if study.record["better"][study.maximize] == "lower" else 1.0
    best = sign * np.nan_to_num(sign * table, nan=-np.inf).max(axis=0)
    places = queries.tolist()
    found: dict[str, Any] = {"id": [study.scores.queries[q] for q in places]}
    if texts is not None:
        found["text"] = [texts[q][:400] for q in places]
    tags = study.record.get("tags") or []
    if any(tags):
        found["tags"] = [list(tags[q]) for q in places]
    rows = {"baseline": baseline, "pick": pick}
    found |= {name: _rounded(table[i]) for name, i in rows.items() if i is not None}
    return found | {"mean": _rounded(_mean(table)), "best": _rounded(best)}


def _rounded(values: Floats) -> list[float | None]:
    return [round(value, 4) if np.isfinite(value) else None for value in values.tolist()]
