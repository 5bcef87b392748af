"""TREC's run files: what a system that is not here found for each query."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ragtune.errors import Fault, InputError

MAX_FAULTS = 20
_SPAN = re.compile(r"(.+):(\d+)-(\d+)", re.DOTALL)


@dataclass(frozen=True)
class Row:
    """A line: what was found at a rank, with what score."""

    line: int
    query: str
    name: str
    rank: int
    score: float


@dataclass(frozen=True)
class Place:
    """What a name in a run stands for: a document, or `[start, end)` of one."""

    document: int
    start: int = -1
    end: int = -1


@lru_cache(maxsize=1)
def read(path: Path, content: str) -> tuple[Row, ...]:
    """All lines of a run file; every malformed one is told. `content` is the digest of what the file holds."""
    faults: list[Fault] = []
    rows: list[Row] = []
    seen: dict[tuple[str, str], int] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8-sig", errors="surrogateescape").split("\n"), 1):
        columns = line.split()
        if not columns:
            continue
        told, row = _row(number, columns)
        first = seen.setdefault((row.query, row.name), number) if row else number
        if row and first != number:
            told = f"query '{row.query}' has '{row.name}' already, in line {first}"
        if told:
            faults.append(Fault(str(path), number, 0, told))
        elif row:
            rows.append(row)
    if faults:
        raise InputError(_few(faults, path))
    if not rows:
        raise InputError([Fault(str(path), 0, 0, "this run file has no lines: query, Q0, document, rank, score, tag")])
    return tuple(rows)


def _row(number: int, columns: Sequence[str]) -> tuple[str, Row | None]:
    if len(columns) != 6:
        told = f"a line of a run has 6 columns, query, Q0, document, rank, score, tag; here are {len(columns)}"
        return told, None
    query, _, name, rank, score, _ = columns
    try:
        row = Row(number, query, name, int(rank), float(score))
    except ValueError:
        return f"the rank is a whole number and the score a number, not {rank!r} and {score!r}", None
    return ("" if math.isfinite(row.score) else f"the score is {score}"), row


def best_first(rows: Sequence[Row]) -> list[tuple[Row, float]]:
    """One query's rows as trec_eval orders them, by score; equal scores go by rank, and are set apart by the least there is."""
    ordered = sorted(rows, key=lambda row: (-row.score, row.rank, row.line))
    scored: list[tuple[Row, float]] = []
    for row in ordered:
        score = min(row.score, math.nextafter(scored[-1][1], -math.inf)) if scored else row.score
        scored.append((row, score))
    return scored


def place(name: str, documents: dict[str, int]) -> Place | None:
    """A document by its id, or a span of it written `{id}:{start}-{end}`; None where there is no such document."""
    if name in documents:
        return Place(documents[name])
    match = _SPAN.fullmatch(name)
    if match and match[1] in documents and int(match[2]) < int(match[3]):
        return Place(documents[match[1]], int(match[2]), int(match[3]))
    return None


def unknown(
    rows: Sequence[Row], path: Path, queries: set[str] | None, documents: dict[str, int] | None
) -> Iterator[Fault]:
    """Queries and documents that the dataset does not have, each where it comes first."""
    told: set[tuple[str, str]] = set()
    for row in rows:
        for kind, name, known in (
            ("query", row.query, queries is None or row.query in queries),
            ("document", row.name, documents is None or place(row.name, documents) is not None),
        ):
            if not known and (kind, name) not in told:
                told.add((kind, name))
                yield Fault(str(path), row.line, 0, f"the dataset has no {kind} '{name}'")


def refuse(faults: Sequence[Fault], path: Path) -> None:
    """Raise what is wrong, if anything is."""
    if faults:
        raise InputError(_few(faults, path))


def _few(faults: Sequence[Fault], path: Path) -> list[Fault]:
    more = len(faults) - MAX_FAULTS
    rest = [Fault(str(path), faults[-1].line, 0, f"this and {more:,} more like these")] if more > 0 else []
    return [*faults[:MAX_FAULTS], *rest]
