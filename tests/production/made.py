"""Logs by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ragtune.production import Feedback, Log, Result, Score, Served

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Found:
    """A passage, as a retriever gives it."""

    document: str
    start: int
    end: int
    text: str
    score: float | None = None


def at(seconds: float) -> datetime:
    return BEGIN + timedelta(seconds=seconds)


def served(id: str, seconds: float = 0.0, query: str | None = "why?", results=(), **more) -> Served:
    return Served(time=at(seconds), id=id, query=query, results=tuple(results), **more)


def result(document: str = "d", start: int = 0, end: int = 4, score: float | None = 1.0, **more) -> Result:
    return Result(document=document, start=start, end=end, score=score, **more)


def click(id: str, seconds: float = 1.0, rank: int | None = 1, signal: str = "click") -> Feedback:
    return Feedback(time=at(seconds), id=id, signal=signal, rank=rank)


def score(id: str, value: float, seconds: float = 1.0, metric: str = "nDCG@10", arm: str = "") -> Score:
    return Score(time=at(seconds), id=id, metric=metric, value=value, arm=arm)


def log(*records, torn: int = 0) -> Log:
    return Log(tuple(records), torn)
