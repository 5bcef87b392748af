"""BFCL's files as they are published, and rows of benchmarks that come with candidates."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from ragtune.caseformats.bfcl import Bfcl
from ragtune.caseformats.candidates import Candidates
from ragtune.cases import load_bfcl_tools, load_candidates_tools, load_cases, read_cases, recognise
from ragtune.errors import DatasetError
from ragtune.tools import Accept, Call, ExpectedCall
from ragtune.tools.matching import match

AREA = {
    "name": "area",
    "description": "The area.",
    "parameters": {
        "type": "dict",
        "properties": {
            "base": {"type": "float"},
            "unit": {"type": "string", "x-original-type": "str"},
            "at": {"type": "tuple", "items": {"type": "any"}},
            "type": {"type": "dict", "properties": {}},
        },
        "required": ["base"],
    },
}
OTHER_AREA = {"name": "area", "description": "Another one.", "parameters": {"type": "dict", "properties": {}}}


def question(id, *contents, functions=(AREA,), turns=1):
    turn = [{"role": "system", "content": "Be kind."}, *({"role": "user", "content": c} for c in contents)]
    return {"id": id, "question": [turn] * turns, "function": list(functions)}


def lines(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path):
    asked = [
        question("p_0", "Area of 5 and of 7?"),
        question("p_1", "Two", "turns"),
        question("p_2", "Two", turns=2),
        question("p_3", "None", functions=()),
        question("p_4", "The other", functions=[OTHER_AREA]),
    ]
    answers = [
        {"id": "p_0", "ground_truth": [{"area": {"base": [5], "unit": ["", "m"]}}, {"area": {"base": [7, 7.0]}}]},
        {"id": "p_4", "ground_truth": [{"area": {}}]},
    ]
    lines(tmp_path / "BFCL_v4_parallel.json", asked)
    lines(tmp_path / "possible_answer" / "BFCL_v4_parallel.json", answers)
    lines(tmp_path / "BFCL_v4_irrelevance.json", [question("i_0", "Sing!")])
    lines(tmp_path / "BFCL_v4_live_relevance.json", [question("r_0", "Anything")])
    return tmp_path


def test_published_files_and_their_functions(folder):
    tools = load_bfcl_tools(folder)
    area, other = tools.tools
    assert (area.id, area.name, other.name) == ("area", "area", "area")
    assert other.id.startswith("area#")
    assert area.input_schema == {
        "type": "object",
        "properties": {
            "base": {"type": "number"},
            "unit": {"type": "string"},
            "at": {"type": "array", "items": {}},
            "type": {"type": "object", "properties": {}},
        },
        "required": ["base"],
    }
    loaded = read_cases(folder, tools)
    assert isinstance(loaded.format, Bfcl)
    sing, two, named = loaded.cases
    assert (sing.id, sing.query, sing.calls, sing.tools, sing.tags) == ("i_0", "Sing!", (), ("area",), ("irrelevance",))
    assert two.calls == (
        ExpectedCall(
            tool="area", arguments={"base": Accept(any_of=(5,)), "unit": Accept(any_of=("m",), optional=True)}
        ),
        ExpectedCall(tool="area", arguments={"base": Accept(any_of=(7, 7.0))}),
    )
    assert two.order == "any"
    assert (named.calls[0].tool, named.tools) == (other.id, (other.id,))
    assert loaded.left_out == {
        "any call is right, which a case cannot say": ("r_0",),
        "a conversation of several turns": ("p_1", "p_2"),
        "no functions beside the question": ("p_3",),
    }


def test_answers_are_looked_for_and_missed(folder):
    tools = load_bfcl_tools(folder)
    file = folder / "BFCL_v4_parallel.json"
    assert [case.id for case in load_cases(file, tools)] == ["p_0", "p_4"]
    (folder / "possible_answer").rename(folder / "moved")
    with pytest.raises(DatasetError, match=r"its possible answers are not at .*name them as `answers`"):
        load_cases(file, tools)
    spec = {"bfcl": {"path": file, "answers": "moved/BFCL_v4_parallel.json"}}
    assert len(load_cases(spec, tools)) == 2
    lines(folder / "moved" / "BFCL_v4_parallel.json", [{"id": "p_0", "ground_truth": []}])
    with pytest.raises(DatasetError, match=r"parallel.json:5:1: there is no possible answer with the id 'p_4'"):
        load_cases(spec, tools)


def row(id, expected=(), tools="*", **more):
    return {"id": id, "category": "c", "query": f"q{id}", "expected": list(expected), "candidate_tools": tools, **more}


def test_rows_with_candidates(tmp_path):
    rows = [
        row("1", [{"name": "a", "tool_id": "a", "alt_tool_ids": ["a#2"]}]),
        row("2", [{"name": "b", "arguments": {"x": [1]}}], ["b", "a"]),
        row("3", abstain=True),
        row("4", any_call=True),
    ]
    tools = [{"tool_id": id, "name": id[0], "parameters": {"x-original-type": "dict"}} for id in ("a", "a#2", "b")]
    tools[2] |= {"server": "s", "category": "t", "annotations": {"readOnlyHint": True}, "description": None}
    lines(tmp_path / "queries.jsonl", rows)
    lines(tmp_path / "tools.jsonl", tools)
    found = load_candidates_tools(tmp_path)
    assert [tool.id for tool in found.tools] == ["a", "a#2", "b"]
    b = found.tools[2]
    assert (b.server, b.tags, b.annotations, b.input_schema) == ("s", ("t",), {"readOnlyHint": True}, {})
    loaded = read_cases(tmp_path, found)
    assert isinstance(loaded.format, Candidates)
    assert [case.calls for case in loaded.cases] == [
        (ExpectedCall(tool="a", alternatives=("a#2",)),),
        (ExpectedCall(tool="b", arguments={"x": Accept(any_of=([1],))}),),
        (),
    ]
    assert [case.tools for case in loaded.cases] == [None, ("b", "a"), None]
    assert loaded.left_out == {"any call is right, which a case cannot say": ("4",)}


def test_rows_that_are_none(tmp_path):
    rows = [
        row("1"),
        row("2", [{"name": "a"}], abstain=True),
        row("3", [{}]),
        row("4", tools=3, abstain=True),
        {"id": "5"},
    ]
    with pytest.raises(DatasetError) as caught:
        Candidates().read(lines(tmp_path / "queries.jsonl", rows))
    assert [(fault.line, fault.message) for fault in caught.value.faults] == [
        (1, "expects nothing, but does not say `abstain`"),
        (2, "expects calls and abstains"),
        (3, "expected must be a list of objects with a name or tool_id"),
        (4, 'candidate_tools must be a list of ids, or "*"'),
        (5, "has no query and no expected"),
    ]


DATA = Path(os.environ.get("RAGTUNE_DATA", "/nowhere")) / "tools"
published = pytest.mark.skipif(not DATA.is_dir(), reason="RAGTUNE_DATA does not hold tool benchmarks")


@published
def test_all_of_bfcl():
    tools = load_candidates_tools(DATA / "bfcl")
    assert len(tools) == 2674
    cases = load_cases(DATA / "bfcl", tools)
    assert Counter(case.tags[0] for case in cases) == {
        "simple_python": 400, "multiple": 200, "live_multiple": 1053, "parallel": 200, "irrelevance": 240,
        "live_irrelevance": 884,
    }  # fmt: skip
    raw = [
        json.loads(line) for line in (DATA / "bfcl" / "queries.jsonl").read_text(encoding="utf-8").split("\n") if line
    ]
    for case, was in zip(cases, raw, strict=True):
        made = [Call(tool=e["tool_id"], arguments=e["arguments"]) for e in was["expected"]]
        assert match(case, made, tools).correct, case.id


@published
def test_all_of_metatool_and_livemcpbench():
    cases = load_cases(DATA / "metatool", load_candidates_tools(DATA / "metatool"))
    assert Counter(case.tags[0] for case in cases) == {"single": 3972, "multi": 250, "reliability_no_gold": 500}
    assert sum(not case.calls for case in cases) == 500
    tools = load_candidates_tools(DATA / "livemcpbench")
    assert len(tools) == 527
    with pytest.raises(DatasetError) as caught:
        load_cases(DATA / "livemcpbench", tools)
    assert len(caught.value.faults) == 5
    loaded = read_cases({"candidates": {"path": DATA / "livemcpbench", "skip_unknown": True}}, tools)
    assert len(loaded.cases) == 94 and len(loaded.skipped) == 5
    assert [len(ids) for ids in loaded.left_out.values()] == [1]
    assert recognise(DATA / "bfcl").name == "bfcl"
