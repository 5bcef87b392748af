"""A semantic cache over a log of queries, in the order of time: how often it hits, and how often it would be wrong."""

from __future__ import annotations

import csv
import io
import json
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ragtune.errors import DatasetError, Fault
from ragtune.types import Floats

_ROUNDING = 1e-6
"""Of a product of float32 unit vectors: a threshold of 1 is reached by what is the same."""


@dataclass(frozen=True)
class Logged:
    """One query of a log. Two queries with the same `answer` may share a reply; empty where it is not known."""

    query: str
    answer: str = ""


@dataclass(frozen=True)
class CacheRun:
    """What a cache does with a log.

    `exact` and `hits` are shares of all queries. `wrong` is the share of hits that give another query's answer, of those
    that could be judged; nan where none could.
    """

    threshold: float
    queries: int
    exact: float
    hits: float
    wrong: float
    judged: int
    """Hits that could be judged."""


def read_log(path: Path) -> list[Logged]:
    """Queries in the order of the file: JSON lines or CSV with `query` and maybe `answer`, or a text, a query a line."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError([Fault(str(path), 0, 0, f"the log cannot be read ({error})")]) from error
    if path.suffix.lower() == ".csv":
        table = csv.DictReader(io.StringIO(text, newline=""))
        rows = [(table.line_num, dict(row)) for row in table]
    elif path.suffix.lower() in (".jsonl", ".json"):
        return _json_lines(path, text)
    else:
        return [Logged(line.strip()) for line in text.splitlines() if line.strip()]
    faults = [Fault(str(path), i, 0, "there is no `query`") for i, row in rows if not row.get("query")]
    if faults:
        raise DatasetError(faults)
    return [Logged(row["query"], row.get("answer") or "") for _, row in rows]


def _json_lines(path: Path, text: str) -> list[Logged]:
    found: list[Logged] = []
    faults: list[Fault] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            if not isinstance(row, dict) or not isinstance(row.get("query"), str):
                raise ValueError("a line is {query, answer}")
            found.append(Logged(row["query"], str(row.get("answer") or "")))
        except (ValueError, RecursionError) as error:
            faults.append(Fault(str(path), number, 0, str(error)))
    if faults:
        raise DatasetError(faults)
    return found


def simulate(
    log: Sequence[Logged], vectors: Floats, thresholds: Sequence[float], *, size: int = 1000
) -> list[CacheRun]:
    """Run a cache of `size` entries, the least recently used given up, once for each threshold.

    A query hits exactly where the same text (case and spacing aside) is held; else where the most similar one held reaches
    the threshold by cosine. A miss is answered, and held. A hit counts as wrong where the answers differ.

    Args:
        log: In the order of time.
        vectors: (n, dim) unit rows of the queries.
        thresholds: Cosines.
        size: Entries held at most.
    """
    return [_run(log, vectors, threshold, size) for threshold in thresholds]


def _run(log: Sequence[Logged], vectors: Floats, threshold: float, size: int) -> CacheRun:
    held: OrderedDict[str, int] = OrderedDict()
    slots = np.zeros((size, vectors.shape[1] if len(log) else 1), dtype=np.float32)
    owner: list[str] = []
    place: dict[str, int] = {}
    exact = hits = wrong = judged = 0
    for i, each in enumerate(log):
        name = " ".join(each.query.lower().split())
        found = name if name in held else None
        exact += found is not None
        if found is None and held:
            similar = slots[: len(owner)] @ vectors[i]
            best = int(np.argmax(similar))
            found = owner[best] if similar[best] >= threshold - _ROUNDING else None
        if found is not None:
            hits += 1
            held.move_to_end(found)
            answer = log[held[found]].answer
            if answer and each.answer:
                judged += 1
                wrong += answer != each.answer
            continue
        if len(held) >= size:
            old, _ = held.popitem(last=False)
            at = place.pop(old)
            owner[at] = name
        else:
            at = len(owner)
            owner.append(name)
        held[name], place[name], slots[at] = i, at, vectors[i]
    n = max(1, len(log))
    return CacheRun(threshold, len(log), exact / n, hits / n, wrong / judged if judged else float("nan"), judged)
