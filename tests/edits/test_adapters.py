"""The way back: what an adapter makes of a call, right and wrong."""

from __future__ import annotations

from ragtune.tools import Adapter, Choice, Move, Put

FLAT = Adapter(
    moves=(Move(source="to_city", to=("to", "city")), Move(source="to_zip", to=("to", "zip"))),
    then=Adapter(target="send"),
)


def test_moves_nest_and_leave_the_rest():
    given = {"to_city": "Rome", "to_zip": 5, "n": 1}
    call = FLAT.apply(given)
    assert (call.tool, call.arguments, call.invalid) == ("send", {"to": {"city": "Rome", "zip": 5}, "n": 1}, "")
    assert given == {"to_city": "Rome", "to_zip": 5, "n": 1}


def test_names_may_swap():
    swap = Adapter(target="t", moves=(Move(source="a", to=("b",)), Move(source="b", to=("a",))))
    assert swap.apply({"a": 1, "b": 2}).arguments == {"a": 2, "b": 1}
    assert swap.apply({"a": 1}).arguments == {"b": 1}


def test_a_name_that_only_the_original_knows_is_no_argument():
    renamed = Adapter(target="t", moves=(Move(source="new", to=("old",)),))
    assert renamed.apply({"old": 1}).invalid == "unexpected argument 'old'"
    assert renamed.apply({"old": 1, "new": 2}).invalid == "unexpected argument 'old'"
    assert FLAT.apply({"to": {"city": "Rome"}}).invalid == "unexpected argument 'to'"
    assert Adapter(target="t", puts=(Put(to=("act",), value="go"),)).apply({"act": "go"}).invalid
    chained = Adapter(moves=(Move(source="town", to=("to_city",)),), then=FLAT)
    assert chained.apply({"town": "Rome"}).arguments == {"to": {"city": "Rome"}}
    assert chained.apply({"to_city": "Rome"}).invalid == "unexpected argument 'to_city'"
    assert chained.apply({"to": {}}).invalid == "unexpected argument 'to'"


def test_puts_are_fresh_each_time_and_some_wait_for_nothing_to_be_there():
    put = Adapter(target="t", puts=(Put(to=("x", "y"), value=[1]),))
    put.apply({}).arguments["x"]["y"].append(2)
    assert put.apply({}).arguments == {"x": {"y": [1]}}
    empty = Adapter(target="t", moves=FLAT.moves, puts=(Put(to=("to",), value={}, if_absent=True),))
    assert empty.apply({}).arguments == {"to": {}}
    assert empty.apply({"to_zip": 5}).arguments == {"to": {"zip": 5}}


def test_a_choice_says_which_and_none_is_told():
    either = Adapter(choice=Choice(source="which", options={"one": Adapter(target="a"), "1": FLAT}))
    assert either.originals == ("a", "send")
    assert either.apply({"which": "one", "n": 1}).model_dump() == {"tool": "a", "arguments": {"n": 1}, "invalid": ""}
    assert either.apply({"which": "1", "to_zip": 5}).arguments == {"to": {"zip": 5}}
    assert either.apply({"n": 1}).invalid == "which is missing"
    assert either.apply({"which": 1}).invalid == "which=1"
    assert either.apply({"which": ["one"]}).invalid == "which=['one']"


def test_it_is_data():
    for adapter in (FLAT, Adapter(choice=Choice(source="w", options={"f": FLAT}), puts=(Put(to=("a",), value=None),))):
        assert Adapter.model_validate_json(adapter.model_dump_json()) == adapter
