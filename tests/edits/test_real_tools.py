"""Every edit over all published tools at hand: no crash, nothing lost, in seconds."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from ragtune.component import parse, words
from ragtune.tools import Cases, Tool, ToolSet

DATA = Path(os.environ.get("RAGTUNE_DATA", "/nowhere"), "tools")
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="RAGTUNE_DATA names no folder with tools")
INVALID = "read_pdf"
"""Its schema is none: `exclusiveMinimum: true` was JSON Schema in 2013."""
SPECS = [
    *(word for word in words("edit") if word != "describe-from"),
    "flatten(empty=drop)", "rename(parameters=true)", "rename(style=camel, parameters=true)",
]  # fmt: skip


def published(name: str) -> ToolSet:
    rows = [json.loads(line) for line in (DATA / name / "tools.jsonl").read_text().splitlines()]
    tools = [
        Tool(
            id=row["tool_id"], name=row["name"], description=row["description"] or "", input_schema=row["parameters"],
            server=row.get("server") or "",
        )
        for row in rows
    ]  # fmt: skip
    return ToolSet(tuple(tool for tool in tools if tool.id != INVALID))


@pytest.mark.parametrize(
    "name, every", [("livemcpbench", 1), ("bfcl", 9), pytest.param("bfcl", 1, marks=pytest.mark.torture)]
)
def test_all_published_tools(name, every):
    toolset = ToolSet(published(name).tools[::every])
    before = json.dumps(toolset.spec())
    taken = 0.0
    for spec in SPECS:
        edit = parse("edit", spec)
        begin = time.perf_counter()
        done = edit.apply(toolset, Cases(())) if edit.name == "add-examples" else edit.apply(toolset)
        taken += time.perf_counter() - begin
        assert {original for tool in done.tools for original in done.originals(tool.id)} == set(toolset.place)
        assert len(done.place) == len(done)
        for id in done.adapters:
            Draft202012Validator.check_schema(done.tools[done.place[id]].input_schema)
    assert json.dumps(toolset.spec()) == before and taken < 20
