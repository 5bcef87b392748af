"""Matching, by hand: what is right, what is wrong with what is not, and the holes known in other matchers."""

from __future__ import annotations

import pytest

from ragtune.errors import InputError
from ragtune.tools import Accept, Call, Case, ExpectedCall, Tool, ToolSet
from ragtune.tools.matching import Error, Judgement, match

CITY = {"type": "object", "properties": {"name": {"type": "string"}, "zip": {"type": "integer"}}, "required": ["name"]}
SCHEMA = {
    "type": "object",
    "properties": {
        "text": {"type": "string"},
        "count": {"type": "integer"},
        "size": {"type": "number"},
        "flag": {"type": "boolean"},
        "ids": {"type": "array", "items": {"type": "integer"}},
        "sizes": {"type": "array", "items": {"type": "number"}},
        "words": {"type": "array", "items": {"type": "string"}},
        "city": {"$ref": "#/$defs/city"},
        "cities": {"type": "array", "items": {"$ref": "#/$defs/city"}},
        "unit": {"enum": ["m", "km"]},
        "either": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        "free": {},
    },
    "$defs": {"city": CITY},
}
TOOLS = ToolSet((Tool(name="f", input_schema=SCHEMA), Tool(name="g"), Tool(name="h")))


def one(said, rules="bfcl", **wanted):
    """The judgement of one call of f."""
    return many([expect(**wanted)], [Call(tool="f", arguments=said)], rules=rules)


def expect(tool="f", /, **wanted):
    told = {name: value if isinstance(value, Accept) else Accept(any_of=(value,)) for name, value in wanted.items()}
    return ExpectedCall(tool=tool, arguments=told)


def many(expected, called, order="any", rules="bfcl"):
    return match(Case(id="1", query="?", calls=tuple(expected), order=order), called, TOOLS, rules=rules)


def kinds(judgement):
    return [error.kind for error in judgement.errors]


@pytest.mark.parametrize(
    ("name", "wanted", "said", "bfcl", "strict"),
    [
        ("text", "San José, CA", "SAN JOSÉ CA", "", "wrong-value"),
        ("text", "it's", 'it"s', "", "wrong-value"),
        ("text", "a+b", "ab", "wrong-value", "wrong-value"),
        ("text", "a\tb", "ab", "wrong-value", "wrong-value"),
        ("text", "1", 1, "wrong-type", "wrong-type"),
        ("text", "True", True, "wrong-type", "wrong-type"),
        ("count", 1, "1", "wrong-type", "wrong-type"),
        ("count", 1, True, "wrong-type", "wrong-type"),
        ("count", 0, False, "wrong-type", "wrong-type"),
        ("count", 1, 1.0, "wrong-type", "wrong-type"),
        ("count", 1, 2, "wrong-value", "wrong-value"),
        ("count", 1, None, "wrong-type", "wrong-type"),
        ("count", "dontcare", "dontcare", "", ""),
        ("count", "dontcare", "whatever", "wrong-value", "wrong-value"),
        ("size", 1.0, 1, "", ""),
        ("size", 1, 1.0, "", ""),
        ("size", 1.0, True, "wrong-type", "wrong-type"),
        ("size", 0.1, 0.1 + 1e-12, "wrong-value", "wrong-value"),
        ("flag", True, 1, "wrong-type", "wrong-type"),
        ("flag", True, "true", "wrong-type", "wrong-type"),
        ("flag", True, False, "wrong-value", "wrong-value"),
        ("ids", [1, 2], [1, 2], "", ""),
        ("ids", [1, 2], [2, 1], "wrong-value", "wrong-value"),
        ("ids", [1, 2], [1, 2, 2], "wrong-value", "wrong-value"),
        ("ids", [1, 1], [1], "wrong-value", "wrong-value"),
        ("ids", [1, 2], [1, "2"], "wrong-type", "wrong-type"),
        ("ids", [1, 2], [True, 2], "wrong-type", "wrong-type"),
        ("ids", [1, 2], [1.0, 2], "wrong-type", "wrong-type"),
        ("ids", [1], 1, "wrong-type", "wrong-type"),
        ("ids", [], [], "", ""),
        ("ids", [1], [], "wrong-value", "wrong-value"),
        ("sizes", [1.0, 2.5], [1, 2.5], "", ""),
        ("words", ["New York"], ["new-york"], "", "wrong-value"),
        ("city", {"name": "Rome", "zip": 7}, {"zip": 7, "name": "rome"}, "", "wrong-value"),
        ("city", {"name": "Rome", "zip": 7}, {"name": "Rome", "zip": 7.0}, "wrong-type", "wrong-type"),
        ("either", None, None, "", ""),
        ("either", 1, None, "wrong-value", "wrong-value"),
        ("either", None, "None", "wrong-type", "wrong-type"),
        ("free", 1, 1.0, "", "wrong-type"),
        ("free", 1.0, 1, "", "wrong-type"),
        ("free", 1, "1", "wrong-type", "wrong-type"),
        ("free", 1, True, "wrong-type", "wrong-type"),
        ("free", [[1], [2]], [[1], [3]], "wrong-value", "wrong-value"),
    ],
)
def test_values(name, wanted, said, bfcl, strict):
    for rules, kind in (("bfcl", bfcl), ("strict", strict)):
        found = one({name: said}, rules, **{name: wanted})
        assert [told for told in kinds(found) if told != "schema-invalid"] == [kind] * bool(kind)
        assert found.correct == (not kind) and found.selected and found.arguments == float(not kind)


def test_every_fault_is_listed_and_the_schema_s_last():
    found = one({"count": "3", "extra": 1}, text="a", count=3)
    assert found == Judgement(
        False,
        True,
        0.0,
        (
            Error("missing", "f", "text", wanted='"a"'),
            Error("wrong-type", "f", "count", '"3"', "3"),
            Error("unexpected", "f", "extra", "1"),
            Error("schema-invalid", "f", "count", wanted="'3' is not of type 'integer'"),
        ),
    )


def test_optional_arguments():
    optional = Accept(any_of=("m",), optional=True)
    assert one({}, text=optional).correct and one({"text": "M"}, text=optional).correct
    assert kinds(one({"text": "km"}, text=optional)) == ["wrong-value"]
    assert one({"text": ""}, text=optional).correct, "as BFCL: an empty string is none"
    assert kinds(one({"text": ""}, "strict", text=optional)) == ["wrong-value"]
    assert one({"ids": []}, ids=Accept(any_of=([1],), optional=True)).correct
    assert kinds(one({"count": ""}, count=Accept(any_of=(1,), optional=True))) == ["wrong-type", "schema-invalid"]


def test_alternative_values():
    either = Accept(any_of=("London", [1]), objects=({"name": Accept(any_of=("London",))},))
    assert one({"free": "london"}, free=either).correct and one({"free": {"name": "London"}}, free=either).correct
    assert one({"free": [1]}, free=either).correct
    assert one({"free": [2]}, free=either).errors == (Error("wrong-value", "f", "free[0]", "2", "1"),)
    assert one({"free": "Rome"}, free=either).errors[0].wanted == '"London" | [1] | {"name": "London"}'


def test_shapes_of_objects_and_lists_of_them():
    city = {"name": Accept(any_of=("Rome", "Roma")), "zip": Accept(any_of=(7,), optional=True)}
    wanted = {"city": Accept(objects=(city,)), "cities": Accept(lists=((city, city),))}
    assert one({"city": {"name": "roma"}, "cities": [{"name": "Rome", "zip": 7}, {"name": "Roma"}]}, **wanted).correct
    found = one({"city": {"zip": 8, "sip": 7}, "cities": [{"name": "Rome"}, {"name": 5}]}, **wanted)
    assert [(error.kind, error.path) for error in found.errors] == [
        ("missing", "city.name"),
        ("wrong-value", "city.zip"),
        ("unexpected", "city.sip"),
        ("wrong-type", "cities[1].name"),
        ("schema-invalid", found.errors[-1].path),
    ]
    assert kinds(one({"cities": [{"name": "Rome"}]}, cities=wanted["cities"])) == ["wrong-value"], "one is too few"
    assert kinds(one({"cities": ["Rome", "Roma"]}, cities=wanted["cities"]))[0] == "wrong-type"
    assert kinds(one({"city": "Rome"}, city=wanted["city"]))[0] == "wrong-type"


def test_what_the_case_accepts_is_right_whatever_the_schema_says():
    assert one({"unit": "mile", "unknown": 1}, unit="mile", unknown=1).correct
    assert kinds(one({"unit": "mile", "count": 2}, unit="mile", count=1)) == ["wrong-value"], "unit is not to blame"
    assert kinds(one({"unit": "mile", "count": 1}, unit="km", count=1)) == ["wrong-value", "schema-invalid"]


def test_a_call_that_could_not_be_read():
    bad = Call(tool="f", invalid="not JSON")
    found = many([expect(text="a")], [bad])
    assert found == Judgement(False, True, 0.0, (Error("schema-invalid", "f", "", "not JSON", found.errors[0].wanted),))
    assert not many([ExpectedCall(tool="f")], [bad]).correct, "nor where the tool alone is judged"


def test_the_tool_alone_and_alternatives():
    alone = ExpectedCall(tool="f", alternatives=("g",))
    for tool in ("f", "g"):
        assert many([alone], [Call(tool=tool, arguments={"any": "thing"})]) == Judgement(True, True, 1.0)
    assert many([alone], [Call(tool="h")]).errors == (Error("wrong-tool", "f", said="h", wanted="f | g"),)


def test_nothing_expected():
    assert many([], []) == Judgement(True, True, 1.0)
    assert many([], [Call(tool="f")] * 2) == Judgement(False, False, 0.0, (Error("false-call", "f", said="f"),) * 2)


def test_nothing_called():
    found = many([expect("f"), expect("g")], [])
    assert found == Judgement(False, False, 0.0, (Error("no-call", "f", wanted="f, g"),))


F1, F2, G = expect(count=1), expect(count=2), expect("g")
CALL1, CALL2 = (Call(tool="f", arguments={"count": count}) for count in (1, 2))
CALLG = Call(tool="g")


@pytest.mark.parametrize(
    ("expected", "called", "any_order", "given_order"),
    [
        ([F1, F2], [CALL1, CALL2], (True, True, 1.0, []), (True, True, 1.0, [])),
        ([F1, F2], [CALL2, CALL1], (True, True, 1.0, []), (False, True, 0.0, ["wrong-value"] * 2)),
        ([F1, F2], [CALL1, CALL1], (False, True, 0.5, ["wrong-value"]), (False, True, 0.5, ["wrong-value"])),
        ([F1, F1], [CALL1], (False, False, 0.5, ["missing-call"]), (False, False, 0.5, ["missing-call"])),
        ([F1], [CALL1, CALL1], (False, False, 1.0, ["extra-call"]), (False, False, 1.0, ["extra-call"])),
        ([F1], [CALLG, CALL1], (False, False, 1.0, ["extra-call"]), (False, False, 1.0, ["extra-call"])),
        ([F1, G], [CALLG, CALL1], (True, True, 1.0, []), (False, False, 0.5, ["missing-call", "extra-call"])),
        ([F1, G], [CALLG], (False, False, 0.5, ["missing-call"]), (False, False, 0.5, ["missing-call"])),
        ([F1, G], [CALLG, CALL2], (False, True, 0.5, ["wrong-value"]), (False, False, 0.5, None)),
        ([G, F1], [CALL2, CALL1], (False, False, 0.5, ["wrong-tool"]), (False, False, 0.5, ["wrong-tool"])),
    ],
)
def test_several_calls(expected, called, any_order, given_order):
    for order, truth in (("any", any_order), ("given", given_order)):
        found = many(expected, called, order)
        told = kinds(found) if truth[3] is not None else None
        assert (found.correct, found.selected, found.arguments, told) == truth


def test_assignment_is_perfect_and_not_greedy():
    wide, narrow = expect(count=Accept(any_of=(1, 2))), expect(count=1)
    assert many([wide, narrow], [CALL1, CALL2]).correct, "the first answer must leave the first call to the second"
    with_alternative = ExpectedCall(tool="f", alternatives=("g",))
    assert many([with_alternative, ExpectedCall(tool="f")], [Call(tool="f"), Call(tool="g")]).correct


def test_errors_are_those_of_the_nearest_pairing():
    expected = [expect(count=1, text="a", flag=True), expect(count=2, text="b", flag=False)]
    called = [{"count": 2, "text": "b", "flag": True}, {"count": 1, "text": "z", "flag": True}]
    found = many(expected, [Call(tool="f", arguments=arguments) for arguments in called])
    assert [(error.kind, error.path) for error in found.errors] == [("wrong-value", "text"), ("wrong-value", "flag")]


def test_a_tool_that_is_not_in_the_set_has_no_schema():
    case = Case(id="1", query="?", calls=(expect("else", count=1),))
    assert match(case, [Call(tool="else", arguments={"count": 1.0})], TOOLS).correct
    assert kinds(match(case, [Call(tool="else", arguments={"count": "1"})], TOOLS)) == ["wrong-type"]


def test_a_schema_is_never_fetched():
    outside = {"type": "object", "properties": {"a": {"$ref": "http://127.0.0.1:9/a.json"}}}
    tools = ToolSet((Tool(name="f", input_schema=outside),))
    case = Case(id="1", query="?", calls=(expect(a=1),))
    assert match(case, [Call(tool="f", arguments={"a": 1})], tools).correct
    with pytest.raises(InputError, match="'f' cannot be judged"):
        match(case, [Call(tool="f", arguments={"a": 2})], tools)


def test_deep_arguments_are_judged():
    deep = {}
    for _ in range(400):
        deep = {"a": deep}
    assert kinds(one({"free": deep}, free=1)) == ["wrong-type"]


def test_long_values_are_cut_short_in_errors():
    error = one({"text": "x" * 1000}, text="y").errors[0]
    assert len(error.said) == 200 and error.said.endswith("…")


def test_unknown_rules_are_refused():
    with pytest.raises(InputError, match="did you mean 'strict'"):
        match(Case(id="1", query="?"), [], TOOLS, rules="strikt")
