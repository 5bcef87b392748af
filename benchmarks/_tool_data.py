"""Published tool sets with their cases, as their publishers' figures count them."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.common import data
from ragtune.cases import load_bfcl_tools, load_candidates_tools, load_cases
from ragtune.tools import Case, ExpectedCall, ToolSet
from ragtune.toolsets import ToolDataset

Row = Mapping[str, Any]
BFCL_PACKAGE = "bfcl-eval==2026.3.23"
BFCL_FUNCTIONS = (
    "simple_python", "multiple", "parallel", "parallel_multiple", "irrelevance", "live_simple", "live_multiple",
    "live_parallel", "live_parallel_multiple", "live_irrelevance", "live_relevance",
)  # fmt: skip
"""All of one turn, but for Java and JavaScript: their functions, each once, are the pool that was published on."""
BFCL_ASKED = ("simple_python", "multiple", "parallel", "parallel_multiple", "live_multiple")
"""Those whose queries the published figures are of: of the 255 sets of categories the only one that all nine fit."""


def pooled(folder: str, wanted: Callable[[Row], bool]) -> ToolDataset:
    """The wanted rows over all tools of the set; a gold name that no tool has stays in, as one that cannot be found."""
    return _dataset(folder, wanted, lambda _: None)


def offered(folder: str, wanted: Callable[[Row], bool]) -> ToolDataset:
    """The wanted rows, each over its candidates."""
    return _dataset(folder, wanted, lambda row: tuple(row["candidate_tools"]))


def single() -> ToolDataset:
    """ToolE's queries that one tool is right for, over all 199."""
    return pooled("tools/metatool", lambda row: row["category"] == "single")


def bfcl_whole(categories: Collection[str]) -> ToolDataset | None:
    """Queries of these categories over all functions, out of the authors' package; None where that is not installed.

    In the order of the data's `tools.jsonl`: of functions that read alike, the first is found first.
    """
    spec = find_spec("bfcl_eval")
    if spec is None or spec.submodule_search_locations is None:
        return None
    published = Path(spec.submodule_search_locations[0]) / "data"
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "possible_answer").mkdir()
        for i, category in enumerate(BFCL_FUNCTIONS):
            for file in (f"BFCL_v4_{category}.json", f"possible_answer/BFCL_v4_{category}.json"):
                (folder / file.replace("v4", f"v{i:02}")).symlink_to(published / file)
        tools = load_bfcl_tools(folder)
        cases = load_cases({"bfcl": {"path": folder}}, tools)
    asked = (case.model_copy(update={"tools": None}) for case in cases if case.tags[0] in categories)
    return ToolDataset("bfcl-whole", tools, tuple(asked))


def _dataset(folder: str, wanted: Callable[[Row], bool], tools_of: Callable[[Row], Any]) -> ToolDataset:
    path: Path = data(folder)
    tools: ToolSet = load_candidates_tools(path)
    rows = [json.loads(line) for line in (path / "queries.jsonl").read_text("utf-8").splitlines()]
    cases = (_case(row, tools_of(row)) for row in rows if wanted(row))
    return ToolDataset(path.name, tools, tuple(cases))


def _case(row: Row, tools: tuple[str, ...] | None) -> Case:
    calls = (ExpectedCall(tool=gold["tool_id"] or f"unresolved: {gold['name']}") for gold in row["expected"])
    return Case(id=row["id"], query=row["query"], calls=tuple(calls), tools=tools, tags=(row["category"],))
