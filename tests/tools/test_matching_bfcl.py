"""BFCL's possible answers as acceptable values, and spoilt in every way (`benchmarks.tools_matching` in short)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchmarks._call_mutations import probes, read
from benchmarks.tools_matching import case_of, judged, rows_of
from ragtune.tools import Accept, Tool, ToolSet
from ragtune.tools.matching import accept_of_bfcl

DATA = Path(os.environ.get("RAGTUNE_DATA", "/nowhere"), "tools", "bfcl")

LINES = {"type": "array", "items": {"type": "object", "properties": {"sku": {"type": "string"}}}}
PARAMETERS = {
    "type": "object",
    "properties": {
        "to": {"type": "string"},
        "count": {"type": "integer"},
        "price": {"type": "number"},
        "gift": {"type": "boolean"},
        "codes": {"type": "array", "items": {"type": "integer"}},
        "address": {"type": "object", "properties": {"city": {"type": "string"}, "zip": {"type": "integer"}}},
        "lines": LINES,
        "note": {"type": "string"},
    },
    "required": ["to", "count"],
}
ACCEPTABLE = {
    "to": ["Ann O'Hara", "Ann"],
    "count": [1],
    "price": [3.0],
    "gift": [True],
    "codes": [[3, 4]],
    "address": [{"city": ["Rome", "Roma"], "zip": [7]}],
    "lines": [[{"sku": ["a1"]}, {"sku": ["b2"]}]],
    "note": ["", "none"],
}


def test_possible_answers():
    assert accept_of_bfcl({"a": ["x", 1, None, ""], "b": [""]}) == {
        "a": Accept(any_of=("x", 1, None), optional=True),
        "b": Accept(optional=True),
    }


def test_possible_answers_that_are_objects_and_lists():
    red = {"colour": Accept(any_of=("red",), optional=True)}
    found = accept_of_bfcl({"a": [{"colour": ["red", ""]}, {}], "b": [[{"colour": ["red", ""]}], [], [1], [[2]]]})
    assert found["a"] == Accept(objects=(red, {}))
    assert found["b"] == Accept(any_of=([], [1], [[2]]), lists=((red,),))


def test_an_object_whose_values_are_no_lists_is_a_value():
    assert accept_of_bfcl({"a": [{"x": 1}]})["a"] == Accept(any_of=({"x": 1},))
    inner = accept_of_bfcl({"a": [{"at": [{"x": 1.5}], "cards": [["K", "A"]]}]})["a"].objects[0]
    assert inner == {"at": Accept(any_of=({"x": 1.5},)), "cards": Accept(any_of=(["K", "A"],))}


def test_a_shape_in_a_shape_is_taken_both_ways():
    inner = accept_of_bfcl({"a": [{"b": [{"c": ["x", "y"]}]}]})["a"].objects[0]["b"]
    assert inner == Accept(any_of=({"c": ["x", "y"]},), objects=({"c": Accept(any_of=("x", "y"))},))


def hand_made(calls):
    """A row as in queries.jsonl, and the tools for it."""
    tools = {name: {"tool_id": name, "name": name, "parameters": PARAMETERS} for name in ("order", "cancel")}
    sent = {"to": "Ann", "count": 1, "price": 3.0, "gift": True, "codes": [3, 4]}
    sent |= {"address": {"city": "Rome", "zip": 7}, "lines": [{"sku": "a1"}, {"sku": "b2"}]}
    expected = []
    for count in range(1, calls + 1):
        acceptable = {**ACCEPTABLE, "count": [count]}
        expected.append({"tool_id": "order", "acceptable": acceptable, "arguments": {**sent, "count": count}})
    row = {"id": f"made_{calls}", "query": "?", "expected": expected, "candidate_tools": ["order", "cancel"]}
    return row, tools


@pytest.mark.parametrize("calls", [0, 1, 3])
def test_hand_made_rows_spoilt_in_every_way(calls):
    row, tools = hand_made(calls)
    shown = ToolSet(tuple(Tool(name=name, input_schema=tool["parameters"]) for name, tool in tools.items()))
    found = list(judged(case_of(row), read(row, tools), shown))
    assert [amiss for _, amiss in found if amiss] == []
    assert len({title for title, _ in found}) == {0: 24, 1: 59, 3: 62}[calls]


def test_a_mutation_states_errors_where_it_is_wrong():
    row, tools = hand_made(2)
    for title, probe in probes(read(row, tools)):
        for truth in (probe.bfcl, probe.strict):
            assert truth.correct == (truth.kinds == frozenset()), title


@pytest.mark.skipif(not DATA.is_dir(), reason="RAGTUNE_DATA does not hold BFCL")
def test_every_twentieth_row_of_bfcl_spoilt_in_every_way():
    tools, rows = rows_of(DATA)
    assert len(rows) == 2977
    seen = set()
    for case, row in rows[::20]:
        for title, amiss in judged(case, row, tools):
            assert amiss == []
            seen.add(title)
    assert len(seen) >= 40
