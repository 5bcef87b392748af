"""Every provider's form of a bundle's tools, and its models' calls, back to the originals through whatever edits there were."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from ragtune.bundling import load_tools
from ragtune.component import parse
from ragtune.errors import InputError
from ragtune.toolformats._exporting import export
from ragtune.tools import Tool, ToolSet
from tests.bundling.desk import shipped

FORMS = ["openai-chat", "openai-responses", "anthropic", "gemini", "mcp", "llama-index"]


@pytest.fixture(scope="module")
def toolbox(tmp_path_factory):
    """Flat tools in camel case; the lamp as two tools, the papers as one."""
    edits = ["flatten", "split-by-enum", "merge-near-duplicates", {"rename": {"style": "camel", "parameters": True}}]
    selector = {"retrieved": {"k": 2, "retriever": "bm25"}}
    return load_tools(shipped(tmp_path_factory.mktemp("desk"), edits, selector))


def said(form, name, arguments):
    """A call as the provider's documentation shows one."""
    return {
        "openai-chat": {"id": "1", "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}},
        "openai-responses": {
            "type": "function_call", "call_id": "1", "name": name, "arguments": json.dumps(arguments), "status": "completed",
        },
        "anthropic": {"type": "tool_use", "id": "1", "name": name, "input": arguments},
        "gemini": {"functionCall": {"name": name, "args": arguments}},
        "mcp": {"name": name, "arguments": arguments},
        "llama-index": {"tool_id": "1", "tool_name": name, "tool_kwargs": arguments},
    }[form]  # fmt: skip


def test_the_edited_tools_are_those_that_the_edits_should_give(toolbox):
    shown = {tool.name: sorted(tool.parameters) for tool in toolbox.tools}
    assert shown == {
        "cancelOrder": ["order", "reason"],
        "findOrders": ["customer", "since"],
        "shipOrder": ["order", "toCity", "toStreet"],
        "setLightOn": [],
        "setLightOff": [],
        "read": ["number", "which"],
    }


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize(
    "called, arguments, original, expected",
    [
        ("cancelOrder", {"order": 7}, "cancel_order", {"order": 7}),
        (
            "shipOrder", {"order": 7, "toStreet": "Storgata 1", "toCity": "Oslo"},
            "ship_order", {"order": 7, "to": {"street": "Storgata 1", "city": "Oslo"}},
        ),
        ("setLightOff", {}, "set_light", {"mode": "off"}),
        ("read", {"which": "read_receipt", "number": 3}, "read_receipt", {"number": 3}),
    ],
)  # fmt: skip
def test_a_call_comes_back_in_every_form(toolbox, name, called, arguments, original, expected):
    call = toolbox.form(name).call(said(name, called, arguments))
    assert (call.tool, call.arguments, call.invalid) == (original, expected, "")
    assert toolbox.call(called, arguments) == call


@pytest.mark.parametrize("name", FORMS[:-1])
def test_what_is_written_is_what_the_format_writes(toolbox, name):
    form = toolbox.form(name)
    whole = export(toolbox.tools, parse("toolformat", name))
    assert (form.write(), form.losses, form.names) == (whole.payload, whole.losses, whole.names)
    chosen = toolbox.select("send a parcel to an address")
    assert form.write(chosen) == parse("toolformat", name).write(chosen)[0]


def test_objects_of_sdks_are_read_like_what_they_say(toolbox):
    from llama_index.core.llms.llm import ToolSelection
    from mcp.types import CallToolRequestParams
    from openai.types.chat import ChatCompletionMessageToolCall
    from openai.types.responses import ResponseFunctionToolCall

    given = {"order": 7}
    objects = {
        "openai-chat": ChatCompletionMessageToolCall.model_validate(said("openai-chat", "cancelOrder", given)),
        "openai-responses": ResponseFunctionToolCall.model_validate(said("openai-responses", "cancelOrder", given)),
        "mcp": CallToolRequestParams.model_validate(said("mcp", "cancelOrder", given)),
        "llama-index": ToolSelection.model_validate(said("llama-index", "cancelOrder", given)),
    }
    for name, found in objects.items():
        assert toolbox.form(name).call(found) == toolbox.call("cancelOrder", given)


def test_null_stands_for_what_is_left_out_where_calls_are_held_to_the_schema(toolbox):
    strict, lenient = toolbox.form("openai-chat(strict=true)"), toolbox.form("openai-chat")
    (cancel,) = [tool for tool in toolbox.tools if tool.name == "findOrders"]
    (sent,) = strict.write([cancel])
    assert sent["function"]["strict"] is True and sent["function"]["parameters"]["required"] == ["customer", "since"]
    given = {"customer": "Lindqvist", "since": None}
    Draft202012Validator(sent["function"]["parameters"]).validate(given)
    assert lenient.call(said("openai-chat", "findOrders", given)).arguments == given  # null is one of its own values
    both = {"which": "read_receipt", "number": None}
    with pytest.raises(InputError, match="read: number: None is not of type 'integer'"):
        strict.call(said("openai-chat", "read", both))


def optional():
    """A tool that may be given a city, and takes no null for it."""
    schema = {
        "type": "object",
        "properties": {"city": {"type": "string"}, "day": {"type": "string"}},
        "required": ["day"],
    }
    return Tool(name="weather", description="Say the weather.", input_schema=schema)


def test_null_is_left_out_where_only_the_strict_form_asked_for_it(tmp_path):
    toolbox = load_tools(shipped(tmp_path, tools=ToolSet((optional(), *few()))))
    given = {"city": None, "day": "today"}
    assert toolbox.form("openai-responses(strict=true)").call(said("openai-responses", "weather", given)).arguments == {
        "day": "today"
    }
    with pytest.raises(InputError, match="weather: city: None is not of type 'string'"):
        toolbox.form("openai-responses").call(said("openai-responses", "weather", given))


def few():
    """The tools that the cases want, without arguments."""
    names = ("cancel_order", "find_orders", "ship_order", "set_light", "read_invoice", "read_receipt")
    return tuple(Tool(name=name, description=name) for name in names)


def test_namesakes_keep_their_names_whichever_of_them_are_written(tmp_path):
    schema = {"type": "object", "properties": {"x y": {"type": "integer"}}, "required": ["x y"]}
    first = Tool(name="look.up", id="a/look", description="Look into a.", input_schema=schema)
    second = Tool(name="look.up", id="b/look", description="Look into b.", input_schema=schema)
    toolbox = load_tools(shipped(tmp_path, tools=ToolSet((first, second, *few()))))
    for name in ("openai-chat", "anthropic", "gemini", "mcp"):
        form = toolbox.form(name)
        written = {id: name for name, id in form.names.items()}
        assert written["a/look"] != written["b/look"]
        alone = form.write([second])
        assert written["b/look"] in str(alone) and f"'{written['a/look']}'" not in str(alone)
        key = "x_y" if name in ("anthropic", "gemini") else "x y"
        assert f"'{key}'" in str(alone)
        call = form.call(said(name, written["b/look"], {key: 1}))
        assert (call.tool, call.arguments) == ("b/look", {"x y": 1})
    assert toolbox.call("b/look", {"x y": 1}).tool == "b/look"
    with pytest.raises(InputError, match=r"2 tools are named 'look.up'; call one by its id \(a/look, b/look\)"):
        toolbox.call("look.up", {"x y": 1})
    with pytest.raises(InputError, match="'other' is none of these tools"):
        toolbox.form("mcp").write([Tool(name="other")])


@pytest.mark.parametrize(
    "call, told",
    [
        (said("openai-chat", "cancelOrders", {}), "no tool was written as 'cancelOrders'; did you mean 'cancelOrder'?"),
        ({"function": {"name": "cancelOrder", "arguments": '{"order": 7'}}, "cancelOrder: the arguments are not JSON"),
        ({"function": {"name": "cancelOrder", "arguments": "[7]"}}, "cancelOrder: the arguments are a JSON list"),
        (said("openai-chat", "cancelOrder", {}), "cancelOrder: 'order' is a required property"),
        (said("openai-chat", "cancelOrder", {"order": "7"}), "cancelOrder: order: '7' is not of type 'integer'"),
        (said("openai-chat", "shipOrder", {"order": 1, "toStreet": "a", "toCity": "b", "to": {}}), "unexpected argument 'to'"),
        (said("openai-chat", "read", {"number": 1, "which": "read_book"}), "read: which: 'read_book' is not one of"),
        (said("openai-chat", "read", {"number": 1}), "read: 'which' is a required property"),
        (said("anthropic", "cancelOrder", {"order": 7}), "this is no call as openai-chat has it: {'type': 'tool_use'"),
        ("cancelOrder", "this is no call as openai-chat has it: cancelOrder"),
        ({"function": {"name": "cancelOrder", "arguments": 7}}, "cancelOrder: the arguments are no object but int"),
    ],
)  # fmt: skip
def test_a_wrong_call_is_told_in_words_for_the_model(toolbox, call, told):
    with pytest.raises(InputError) as refused:
        toolbox.form("openai-chat").call(call)
    assert told in str(refused.value)


def test_everything_that_is_wrong_is_told_at_once(toolbox):
    with pytest.raises(InputError) as refused:
        toolbox.call("shipOrder", {"order": "seven", "toCity": 3})
    assert sorted(str(refused.value).splitlines()) == [
        "shipOrder: 'toStreet' is a required property",
        "shipOrder: order: 'seven' is not of type 'integer'",
        "shipOrder: toCity: 3 is not of type 'string'",
    ]
    with pytest.raises(InputError, match="there is no tool 'shipOrders'; did you mean 'shipOrder'"):
        toolbox.call("shipOrders", {})


def test_what_the_original_needs_is_told_where_the_edited_tool_leaves_it_open(tmp_path):
    properties = {"number": {"type": "integer"}}
    needs = Tool(name="read_a", description="Read it now.", input_schema={
        "type": "object", "properties": properties, "required": ["number"]})  # fmt: skip
    may = needs.model_copy(update={"name": "read_b", "id": "read_b", "input_schema": {
        "type": "object", "properties": properties}})  # fmt: skip
    others = [tool.model_copy(update={"description": f"{tool.name} alone"}) for tool in few()]
    toolbox = load_tools(shipped(tmp_path, ["merge-near-duplicates"], tools=ToolSet((needs, may, *others))))
    assert toolbox.call("read", {"which": "read_b"}).arguments == {}
    with pytest.raises(InputError, match="read: 'number' is a required property"):
        toolbox.call("read", {"which": "read_a"})


def test_an_unknown_form_is_told(toolbox):
    with pytest.raises(InputError, match="did you mean 'openai-chat'"):
        toolbox.form("openai-chats")
