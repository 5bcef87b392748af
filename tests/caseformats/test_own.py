"""Our own format: what a person may write, what it means, and what is said of mistakes."""

from __future__ import annotations

import json

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragtune.caseformats.cases import CasesFile
from ragtune.cases import json_schema, write_cases
from ragtune.errors import DatasetError, InputError
from ragtune.tools import Accept, Case, ExpectedCall

SCHEMA = json_schema()
BY_HAND = """\
- query: Where is my order 1234?
  call: search_orders
- id: may
  query: Orders of May, in euros
  call:
    tool: search_orders
    arguments: {month: 5, states: [open, paid]}
    any_of: {currency: [EUR, euro]}
    optional: [currency]
    alternatives: [list_orders]
- query: Block my card and tell me my balance
  calls: [block_card, {tool: get_balance, arguments: {}}]
  order: given
- query: Who won the cup?
  none: true
  tools: [search_orders, block_card]
  tags: off-topic
- {query: Nothing, calls: []}
"""


def read(tmp_path, text, name="cases.yaml"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return CasesFile().read(path)


def faults(tmp_path, text, name="cases.yaml"):
    with pytest.raises(DatasetError) as caught:
        read(tmp_path, text, name)
    return [str(fault).replace(f"{tmp_path}/", "") for fault in caught.value.faults]


def test_what_is_written_by_hand(tmp_path):
    plain, may, both, none, empty = read(tmp_path, BY_HAND)
    assert plain.calls == (ExpectedCall(tool="search_orders"),)
    assert may.id == "may"
    assert may.calls == (
        ExpectedCall(
            tool="search_orders",
            alternatives=("list_orders",),
            arguments={
                "month": Accept(any_of=(5,)),
                "states": Accept(any_of=(["open", "paid"],)),
                "currency": Accept(any_of=("EUR", "euro"), optional=True),
            },
        ),
    )
    assert both.calls == (ExpectedCall(tool="block_card"), ExpectedCall(tool="get_balance", arguments={}))
    assert (both.order, plain.order) == ("given", "any")
    assert (none.calls, none.tools, none.tags) == ((), ("search_orders", "block_card"), ("off-topic",))
    assert (empty.calls, empty.tools) == ((), None)


def test_wrapped_and_line_by_line_are_the_same(tmp_path):
    cases = read(tmp_path, BY_HAND)
    indented = "\n".join(f"  {line}" for line in BY_HAND.splitlines())
    assert read(tmp_path, f"cases:\n{indented}\n") == cases
    rows = [{"query": "a", "call": "t"}, {"query": "b", "none": True}]
    lines = read(tmp_path, "\n".join(map(json.dumps, rows)) + "\n", "cases.jsonl")
    assert read(tmp_path, json.dumps({"cases": rows}, indent=1), "cases.json") == lines
    assert read(tmp_path, json.dumps(rows), "list.json") == lines


def test_made_ids_outlive_order_and_corrections(tmp_path):
    one, two = read(tmp_path, "- {query: a, call: t}\n- {query: b, call: t}\n")
    again = read(tmp_path, "- {query: b, call: other}\n- {query: a, none: true}\n- {query: a, call: t, tools: [t]}\n")
    assert [case.id for case in again[:2]] == [two.id, one.id]
    assert len({case.id for case in again}) == 3
    assert one.id.startswith("case-")


def test_all_mistakes_at_once_with_lines(tmp_path):
    text = """\
- query: a
  cal: t
- query: b
  call: {tol: t, arguments: {x: 1}}
- query: c
  calls: [t, 7]
- query: d
  call: t
  none: true
- query: e
- query: " "
  call: t
- just text
- query: f
  call: {tool: t, arguments: {x: 1}, any_of: {x: [2], y: []}}
- query: g
  call: {tool: t, optional: [z]}
- {query: h, order: random, call: t}
- {query: i, none: false}
"""
    assert faults(tmp_path, text) == [
        "cases.yaml:2:3: there is no key 'cal'; did you mean 'call'? (id, query, call, calls, none, order, tools, tags, "
        "simulated)",
        "cases.yaml:4:9: has no tool",
        "cases.yaml:4:10: there is no key 'tol'; did you mean 'tool'? (tool, arguments, any_of, optional, alternatives, "
        "accept)",
        "cases.yaml:6:14: calls is the name of a tool, or a mapping {tool, arguments, any_of, optional, alternatives}",
        "cases.yaml:7:3: says call and none; one of them is enough",
        "cases.yaml:10:3: says neither call, calls nor none; where no tool fits, write none: true",
        "cases.yaml:11:10: query is blank",
        "cases.yaml:13:3: a case is a mapping, as in {query: …, call: …}",
        "cases.yaml:15:58: y: List should have at least 1 item after validation, not 0",
        "cases.yaml:17:9: 'z' is optional, but neither arguments nor any_of says which value is right",
        "cases.yaml:18:21: order: Input should be 'any' or 'given'",
        "cases.yaml:19:3: none is true or left out",
    ]


def test_ids_given_twice_and_questions_asked_twice(tmp_path):
    text = (
        "- {id: x, query: a, call: t}\n- {id: x, query: b, call: t}\n- {query: c, call: t}\n- {query: c, none: true}\n"
    )
    assert faults(tmp_path, text) == [
        "cases.yaml:2:3: the id 'x' is taken (line 1)",
        "cases.yaml:4:3: asks what line 3 asks; where both are meant, give them ids",
    ]
    assert faults(tmp_path, "- {query: a, call: {tool: t, arguments: {x: 1}, any_of: {x: [2]}}}") == [
        "cases.yaml:1:20: 'x' is in more than one of arguments, any_of and accept"
    ]


@pytest.mark.parametrize("text", ["", "query: a", "case: []", "- a: &x [*x]", '"'])
def test_what_holds_no_cases_is_refused(tmp_path, text):
    assert faults(tmp_path, text)


VALID = [
    {"query": "a", "call": "t"},
    {"query": "a", "call": {"tool": "t", "any_of": {"x": [1]}, "optional": ["x"], "alternatives": ["u"]}},
    {"query": "a", "calls": ["t", {"tool": "u"}], "order": "given", "tags": "x"},
    {"query": "a", "none": True, "tools": [], "tags": ["x"], "id": "i", "simulated": "by hand"},
    {"query": "a", "call": {"tool": "t", "accept": {"x": {"objects": [{"k": {"any_of": [1]}}]}}}},
]
INVALID = [
    {"query": "a"},
    {"call": "t"},
    {"query": "a", "call": "t", "none": True},
    {"query": "a", "none": False},
    {"query": "a", "call": {"arguments": {}}},
    {"query": "a", "call": {"tool": "t", "any_of": {"x": []}}},
    {"query": "a", "call": 3},
    {"query": "a", "call": ""},
    {"query": "a", "call": "t", "more": 1},
    {"query": "", "call": "t"},
]


def test_the_json_schema_says_what_the_reader_says(tmp_path):
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    check = jsonschema.Draft202012Validator(SCHEMA)
    for row in VALID:
        assert check.is_valid([row]) and check.is_valid({"cases": [row]}), row
        read(tmp_path, json.dumps([row]), "cases.json")
    for row in INVALID:
        assert not check.is_valid([row]), row
        assert faults(tmp_path, json.dumps([row]), "cases.json")


words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.floats(-9, 9, width=16)
    | words
    | st.sampled_from(["no", "1", ""]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(words, inner, max_size=2),
    max_leaves=4,
)
accepts = st.builds(
    Accept,
    any_of=st.lists(values, max_size=2).map(tuple),
    objects=st.lists(st.dictionaries(words, st.just(Accept(any_of=(1,))), max_size=1), max_size=1).map(tuple),
    optional=st.booleans(),
)
calls = st.builds(
    ExpectedCall,
    tool=words,
    alternatives=st.lists(words, max_size=1).map(tuple),
    arguments=st.none() | st.dictionaries(words, accepts, max_size=2),
)
cases = st.builds(
    Case,
    id=words,
    query=words.filter(str.strip),
    calls=st.lists(calls, max_size=2).map(tuple),
    order=st.sampled_from(["any", "given"]),
    tools=st.none() | st.lists(words, max_size=2).map(tuple),
    tags=st.lists(words, max_size=2).map(tuple),
    simulated=st.sampled_from(["", "x"]),
)


@pytest.mark.parametrize("suffix", [".yaml", ".json", ".jsonl"])
def test_what_is_written_reads_back(tmp_path_factory, suffix):
    folder = tmp_path_factory.mktemp("written")

    @settings(max_examples=25)
    @given(st.lists(cases, min_size=1, max_size=3, unique_by=lambda case: case.id))
    def check(written):
        path = folder / f"cases{suffix}"
        write_cases(written, path, force=True)
        assert list(CasesFile().read(path)) == written

    check()


def test_long_texts_with_escapes_outlive_yaml(tmp_path):
    query = '"' + r"               room_names\uff1a \u4f1a\u8bae\u5ba4\u540d\u79f0\u7684 [" * 5 + "\n two\tlines \x85 "
    write_cases([Case(id="a", query=query)], tmp_path / "cases.yaml")
    assert CasesFile().read(tmp_path / "cases.yaml")[0].query == query


def test_nothing_is_written_over(tmp_path):
    path = tmp_path / "cases.yaml"
    write_cases([Case(id="a", query="q")], path)
    with pytest.raises(InputError, match="is there already; nothing was written"):
        write_cases([], path)
    with pytest.raises(InputError, match="cases are written as"):
        write_cases([], tmp_path / "cases.txt")
    assert path.read_text() == "- id: a\n  query: q\n  none: true\n"
