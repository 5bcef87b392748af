"""Published tool sets with their cases, as their publishers' figures count them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.common import data
from ragtune.cases import load_candidates_tools
from ragtune.tools import Case, ExpectedCall, ToolSet
from ragtune.toolsets import ToolDataset

Row = Mapping[str, Any]


def pooled(folder: str, wanted: Callable[[Row], bool]) -> ToolDataset:
    """The wanted rows over all tools of the set; a gold name that no tool has stays in, as one that cannot be found."""
    return _dataset(folder, wanted, lambda _: None)


def offered(folder: str, wanted: Callable[[Row], bool]) -> ToolDataset:
    """The wanted rows, each over its candidates."""
    return _dataset(folder, wanted, lambda row: tuple(row["candidate_tools"]))


def single() -> ToolDataset:
    """ToolE's queries that one tool is right for, over all 199."""
    return pooled("tools/metatool", lambda row: row["category"] == "single")


def _dataset(folder: str, wanted: Callable[[Row], bool], tools_of: Callable[[Row], Any]) -> ToolDataset:
    path: Path = data(folder)
    tools: ToolSet = load_candidates_tools(path)
    rows = [json.loads(line) for line in (path / "queries.jsonl").read_text("utf-8").splitlines()]
    cases = (_case(row, tools_of(row)) for row in rows if wanted(row))
    return ToolDataset(path.name, tools, tuple(cases))


def _case(row: Row, tools: tuple[str, ...] | None) -> Case:
    calls = (ExpectedCall(tool=gold["tool_id"] or f"unresolved: {gold['name']}") for gold in row["expected"])
    return Case(id=row["id"], query=row["query"], calls=tuple(calls), tools=tools, tags=(row["category"],))
