"""Claims with their cited passages and what people said: is the claim supported?"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

from benchmarks.common import data


@dataclass(frozen=True)
class Claim:
    """One claim of AttributionBench; `label` is 1 where people found it supported."""

    question: str
    response: str
    passages: tuple[str, ...]
    label: int
    source: str
    split: str


@cache
def claims() -> tuple[Claim, ...]:
    """All of them, in the order of the file."""
    text = (data("grounded/attributionbench") / "data.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in text.split("\n") if line]
    return tuple(
        Claim(row["question"], row["response"], tuple(row["passages"]), row["label"], row["source"], row["split"])
        for row in rows
    )
