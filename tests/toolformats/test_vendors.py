"""What is written for each vendor, how calls come back, and what the published rules refuse."""

from __future__ import annotations

import pytest

from ragtune.component import parse
from ragtune.errors import InputError
from ragtune.toolformats._exporting import export
from ragtune.toolformats._profiles import Declared, check, profile
from ragtune.tools import Adapter, Move, Tool, ToolSet, validator
from tests.toolformats.hand_made import FREE, NAMESAKE, ORDER, TREE, WEATHER


def written(spec, *tools):
    return export(tools, parse("toolformat", spec))


def test_openai_strict_closes_objects_asks_for_everything_and_turns_the_rest_into_text():
    found = written("openai-chat(strict=true)", WEATHER)
    assert found.payload == [
        {
            "type": "function",
            "function": {
                "name": "get_weather",
                "description": "Say the weather.",
                "parameters": {
                    "type": "object",
                    "properties": {
                        "city": {"type": "string", "description": "City (at least 2 characters)", "pattern": "^[A-Z]"},
                        "unit": {"type": ["string", "null"], "enum": ["C", "F", None], "description": '(default "C")'},
                        "days": {"type": ["integer", "null"], "minimum": 1, "maximum": 14},
                        "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                    },
                    "required": ["city", "unit", "days", "note"],
                    "additionalProperties": False,
                },
                "strict": True,
            },
        }
    ]


def test_a_null_that_says_not_given_is_left_out_on_the_way_back():
    found = written("openai-responses(strict=true)", WEATHER)
    call = found.call("get_weather", {"city": "Rome", "unit": None, "days": 2, "note": None})
    assert call.arguments == {"city": "Rome", "days": 2, "note": None}
    validator(WEATHER.input_schema).validate(call.arguments)
    loose = written("openai-responses", WEATHER)
    assert loose.call("get_weather", {"unit": None}).arguments == {"unit": None}


def test_a_schema_without_a_strict_equivalent_is_written_loose_and_says_why():
    found = written("openai-chat(strict=true)", FREE, WEATHER)
    assert found.strict == {"get_weather"}
    (loss,) = [loss for loss in found.losses if loss.place == "strict"]
    assert loss.tool == "store"
    assert "input_schema" in loss.what


def test_recursion_is_strict_for_openai_and_not_for_anthropic():
    assert written("openai-chat(strict=true)", TREE).strict == {"plant"}
    assert written("anthropic(strict=true)", TREE).strict == frozenset()


def test_anthropic_has_room_for_so_many_strict_tools():
    tools = [Tool(name=f"t{i}", description="x") for i in range(25)]
    found = written("anthropic(strict=true)", *tools)
    assert len(found.strict) == 20
    assert not found.breaches
    many = Tool(
        name="many", input_schema={"type": "object", "properties": {f"p{i}": {"type": "string"} for i in range(25)}}
    )
    assert written("anthropic(strict=true)", many).strict == frozenset()


def test_gemini_has_its_own_schema():
    (tool,) = written("gemini", ORDER).payload
    (declared,) = tool["functionDeclarations"]
    assert declared["name"] == "shop_order"
    assert declared["parameters"] == {
        "type": "OBJECT",
        "properties": {
            "ship_to": {"type": "OBJECT", "properties": {"zip": {"type": "STRING", "format": "zip"}}},
            "lines": {
                "type": "ARRAY",
                "items": {
                    "type": "OBJECT",
                    "properties": {
                        "sku": {"type": "STRING"},
                        "n": {"type": "INTEGER", "description": "(one of 1, 2, 3)"},
                    },
                    "required": ["sku"],
                },
            },
            "kind": {"type": "STRING", "enum": ["web"]},
            "size": {"anyOf": [{"type": "INTEGER"}, {"type": "STRING"}, {"type": "NULL"}]},
        },
        "required": ["lines", "ship_to"],
    }


@pytest.mark.parametrize("spec", ["gemini", "anthropic"])
def test_arguments_under_other_names_come_back(spec):
    found = written(spec, ORDER)
    call = found.call("shop_order", {"ship_to": {"zip": "1"}, "lines": [{"sku": "a", "n": 1}]})
    assert call.tool == "shop.order"
    assert call.arguments == {"ship to": {"zip": "1"}, "lines": [{"sku": "a", "n": 1}]}
    validator(ORDER.input_schema).validate(call.arguments)


def test_calls_go_on_through_the_adapters_of_the_set():
    edited = Tool(id="edited", name="say.weather", description="x", input_schema={
        "type": "object", "properties": {"town": {"type": "string"}}, "required": ["town"]})  # fmt: skip
    adapter = Adapter(target="get_weather", moves=(Move(source="town", to=("city",)),))
    found = export(ToolSet((edited,), {"edited": adapter}), parse("toolformat", "openai-chat"))
    call = found.original_call("say_weather", {"town": "Rome"})
    assert (call.tool, call.arguments) == ("get_weather", {"city": "Rome"})
    with pytest.raises(InputError, match="did you mean 'say_weather'"):
        found.call("say_wether", {})


def test_names_that_meet_stay_apart():
    tools = [Tool(name=name, description="x") for name in ("a.b", "a_b", "a b", "x" * 80, "x" * 81)]
    names = written("openai-chat", *tools).names
    assert len(names) == 5
    assert names["a_b"] == "a_b"
    assert all(len(name) <= 64 for name in names)


def test_in_our_own_format_a_tool_is_called_by_its_id():
    found = written("ragtune", WEATHER, NAMESAKE)
    assert found.call("other/get_weather", {"a": 1}).tool == "other/get_weather"


SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": False}


def strict_with(**inner):
    return [Declared("t", "", {**SCHEMA, "properties": {"a": inner}}, True)]


@pytest.mark.parametrize(
    "name, tools, rule",
    [
        ("openai-chat", [Declared("a b", "", SCHEMA)], "must match"),
        ("openai-chat", [Declared("a" * 65, "", SCHEMA)], "must match"),
        ("openai-chat", [Declared(f"t{i}", "", SCHEMA) for i in range(129)], "129 tools"),
        ("openai-chat", [Declared("t", "", SCHEMA)] * 2, "more than one tool"),
        ("openai-chat", [Declared("t", "", {"anyOf": [], "type": "object"})], "not allowed at the root"),
        ("openai-chat", [Declared("t", "", {"type": "string"})], "root must be an object"),
        ("openai-chat", [Declared("t", "", {**SCHEMA, "required": []}, True)], "must name every property"),
        ("openai-chat", [Declared("t", "", {"type": "object"}, True)], "must be false"),
        ("openai-chat", [Declared("t", "", {**SCHEMA, "allOf": []}, True)], "strict mode"),
        ("openai-chat", strict_with(enum=list(map(str, range(1001)))), "1,001 enum"),
        ("openai-chat", strict_with(enum=["x" * 60] * 251), "251 values has 15,060"),
        ("openai-chat", strict_with(const="x" * 120_000), "120,001 characters"),
        ("anthropic", [Declared("t", "", {"type": "object", "properties": {"a b": {}}})], "parameter's name"),
        ("anthropic", [Declared("t", "", {**SCHEMA, "minLength": 1}, True)], "strict mode"),
        ("anthropic", [Declared(f"t{i}", "", SCHEMA, True) for i in range(21)], "21 strict tools"),
        ("gemini", [Declared("1a", "x", None)], "must match"),
        ("gemini", [Declared("a", "", None)], "is required"),
        ("gemini", [Declared("a", "x", {"type": "OBJECT", "additionalProperties": False})], "no keyword"),
        ("gemini", [Declared("a", "x", {"type": "object"})], "must be one of"),
        ("mcp", [Declared("a/b", "", SCHEMA)], "must match"),
    ],
)  # fmt: skip
def test_the_published_rules_are_held(name, tools, rule):
    assert rule in " ".join(breach.rule for breach in check(profile(name), tools))


def test_ten_levels_of_objects_are_right_and_eleven_are_not():
    schema = {"type": "string"}
    for _ in range(10):
        schema = {"type": "object", "properties": {"a": schema}, "required": ["a"], "additionalProperties": False}
    rules = profile("openai-chat")
    assert check(rules, [Declared("t", "", schema, True)]) == []
    deeper = {**schema, "properties": {"a": schema}}
    assert "11 nested" in check(rules, [Declared("t", "", deeper, True)])[0].rule


def test_every_profile_says_where_it_is_from_and_of_when():
    for name in ("anthropic", "gemini", "mcp", "openai-chat", "openai-responses"):
        found = profile(name)
        assert found.source and all(url.startswith("https://") for url in found.source)
        assert found.date >= "2026" and found.version >= 1
    with pytest.raises(InputError, match="openai-chat"):
        profile("openai")
