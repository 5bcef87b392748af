"""Published tool sets, where they are at hand: counts as their README has them, and in time."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from pathlib import Path

import pytest

from ragtune.linting import lint_set
from ragtune.lintrules._schemas import walk
from ragtune.tools import Tool, ToolSet

DATA = Path(os.environ.get("RAGTUNE_DATA", "/nowhere"), "tools")
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="RAGTUNE_DATA holds no tools")


def load(name):
    with (DATA / name / "tools.jsonl").open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return ToolSet(
        tuple(
            Tool(
                id=row["tool_id"],
                name=row["name"],
                description=row["description"] or "",
                input_schema=row["parameters"],
                server=row.get("server") or "",
            )
            for row in rows
        )
    )


def test_counts_on_livemcpbench_are_those_of_its_readme():
    toolset = load("livemcpbench")
    problems = lint_set(toolset).problems
    counts = Counter(problem.code for problem in problems)
    assert sum(len(tool.parameters) for tool in toolset.tools) == 1411
    top = [p for p in problems if p.code == "RT102" and p.place.startswith("input_schema.properties.")]
    names = {(tool.id, f"input_schema.properties.{name}") for tool in toolset.tools for name in tool.parameters}
    assert sum((p.tool, p.place) in names for p in top) == 720
    assert counts["RT304"] == 30
    # The README looks at properties and items alone; two more nest as deep within a branch (`anyOf`).
    assert counts["RT205"] == 39
    assert sum(_deepest(tool.input_schema, branches=False) >= 4 for tool in toolset.tools) == 37
    # The README looks at objects with properties: 440. One more says no properties at all, and three are shaped as strict
    # mode wants, yet have keywords that it refuses.
    assert counts["RT206"] == 444
    assert sum(not _is_closed(tool.input_schema) for tool in toolset.tools) == 440


def _deepest(schema, *, branches):
    return max(at.depth for at in walk(schema) if branches or not {"anyOf", "oneOf", "allOf"} & set(at.path))


def _is_closed(schema):
    objects = [at.keywords for at in walk(schema) if isinstance(at.keywords.get("properties"), dict)]
    return all(
        found.get("additionalProperties") is False and set(found["properties"]) <= set(found.get("required", ()))
        for found in objects
    )


def test_all_published_tools_in_ten_seconds():
    sets = [load("livemcpbench"), load("bfcl")]
    start = time.process_time()
    found = [len(lint_set(toolset).problems) for toolset in sets]
    assert time.process_time() - start < 10
    assert min(found) > 0 and [len(toolset) for toolset in sets] == [527, 2674]
