"""What flows through the tool half is stored and comes back equal, whatever its texts are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragtune.tools import (
    Accept,
    Adapter,
    Call,
    Case,
    Cases,
    Choice,
    ExpectedCall,
    Move,
    Put,
    Replies,
    Reply,
    Requests,
    Shown,
    Tool,
    ToolSet,
)  # fmt: skip

TEXTS = st.text(st.characters(exclude_categories=()), max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
ARGUMENTS = st.dictionaries(TEXTS, JSON, max_size=3)
CALLS = st.builds(Call, tool=TEXTS, arguments=ARGUMENTS, invalid=TEXTS)
NUMBERS = st.none() | st.integers(0, 9)
REPLIES = st.builds(
    Reply,
    calls=st.lists(CALLS, max_size=2).map(tuple),
    failed=TEXTS,
    confidence=st.none() | st.floats(-9, 9),
    input_tokens=NUMBERS,
    output_tokens=NUMBERS,
    cached_tokens=NUMBERS,
    seconds=st.none() | st.floats(0, 9),
)


@settings(max_examples=60)
@given(st.lists(st.tuples(TEXTS, st.none() | st.lists(TEXTS, max_size=3).map(tuple)), max_size=4))
def test_requests_come_back(rows):
    requests = Requests(tuple(text for text, _ in rows), tuple(offered for _, offered in rows))
    back = Requests.from_arrays(requests.to_arrays())
    assert (back.texts, back.offered, len(back)) == (requests.texts, requests.offered, len(rows))
    for i in range(len(rows)):
        assert (requests.one(i).texts, requests.one(i).offered) == ((rows[i][0],), (rows[i][1],))


@settings(max_examples=60)
@given(st.lists(REPLIES, max_size=3))
def test_replies_come_back(replies):
    assert Replies.from_arrays(Replies(tuple(replies)).to_arrays()).replies == tuple(replies)


def test_a_number_that_is_nought_is_not_one_that_is_missing():
    reply = Reply(input_tokens=0, seconds=0.0, confidence=0.0)
    assert Replies.from_arrays(Replies((reply,)).to_arrays()).replies == (reply,)


def test_cases_come_back():
    accepted = Accept(any_of=(1, None, "x"), objects=({"a": Accept(any_of=([],))},), lists=(({},),), optional=True)
    call = ExpectedCall(tool="t", alternatives=("u",), arguments={"p": accepted})
    cases = (
        Case(id="1", query="\u2028 two\nlines \udc80", calls=(call, call), order="given", tools=("t",), tags=("a",)),
        Case(id="2", query="", tools=(), simulated="examples"),
        Case(id="3", query="offers all", calls=(ExpectedCall(tool="t", arguments={}),)),
    )
    assert Cases.from_arrays(Cases(cases).to_arrays()).cases == cases
    assert Cases.from_arrays(Cases(()).to_arrays()).cases == ()


def test_tool_sets_come_back_with_the_way_back():
    inner = Adapter(puts=(Put(to=("a", "b"), value={"x": [None]}, if_absent=True),), then=Adapter(target="t"))
    choice = Adapter(moves=(Move(source="q", to=("query",)),), choice=Choice(source="which", options={"ü": inner}))
    tools = ToolSet(
        (Tool(name="e\u0301", id="both", input_schema={}), Tool(name="plain", server="s")), {"both": choice}
    )
    back = ToolSet.from_arrays(tools.to_arrays())
    assert (back.tools, back.adapters) == (tools.tools, tools.adapters)
    assert back.original_call("both", {"which": "ü"}) == Call(tool="t", arguments={"a": {"b": {"x": [None]}}})
    assert back.originals("plain") == ("plain",)


@pytest.mark.parametrize("width", [0, 1, 3])
def test_shown_comes_back(width):
    tool = np.array([[2, 0, -1], [-1, -1, -1]], dtype=np.int32)[:, :width]
    shown = Shown(tool, np.where(tool >= 0, 0.5, np.nan))
    back = Shown.from_arrays(shown.to_arrays())
    assert back.tool.dtype == np.int32 and np.array_equal(back.tool, tool)
    assert np.array_equal(back.score, shown.score, equal_nan=True)
    assert (back.of(0), back.of(1)) == (list([2, 0][:width]), [])


def test_adapters_of_tools_that_are_gone_are_dropped_and_an_edits_own_go_first():
    old = ToolSet((Tool(name="a"), Tool(name="b")), {"a": Adapter(target="x"), "b": Adapter(target="y")})
    new = old.with_tools([old.tools[0]], {"a": Adapter(then=old.adapter("a"))})
    assert set(new.adapters) == {"a"} and new.originals("a") == ("x",)
