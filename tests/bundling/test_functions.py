"""The app's functions behind the tools: found, fitted to the originals, and run with what their type hints ask for."""

from __future__ import annotations

import asyncio
import datetime
import enum
import functools
import operator
from types import SimpleNamespace

import pytest

from ragtune.bundling import load_tools
from ragtune.bundling._functions import functions_for
from ragtune.errors import InputError
from ragtune.tools import Call, Tool
from tests.bundling import desk
from tests.bundling.desk import FUNCTIONS, MODULE, shipped


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Flat tools; the lamp as two tools, the papers as one."""
    return shipped(tmp_path_factory.mktemp("desk"), ["flatten", "split-by-enum", "merge-near-duplicates"])


@pytest.mark.parametrize("functions", [MODULE, {each.__name__: each for each in FUNCTIONS}], ids=["module", "mapping"])
def test_calls_are_run_with_what_type_hints_ask_for(made, functions):
    toolbox = load_tools(made, functions)
    assert (
        toolbox.run(toolbox.call("ship_order", {"order": 7, "to_street": "A 1", "to_city": "Oslo"}))
        == "7 goes to A 1, Oslo"
    )
    assert toolbox.run(toolbox.call("find_orders", {"customer": "Li", "since": "2026-05-01"})) == [
        "Li since 2026-05-01"
    ]
    assert toolbox.run(toolbox.call("find_orders", {"customer": "Li"})) == ["Li since ever"]
    assert toolbox.run(toolbox.call("set_light_off", {})) == "the lamp is off"


def test_functions_that_are_awaited_and_those_that_are_not(made):
    toolbox = load_tools(made, MODULE)
    calls = [toolbox.call("read", {"which": which, "number": 3}) for which in ("read_invoice", "read_receipt")]

    async def both():
        return [await toolbox.arun(call) for call in calls]

    assert asyncio.run(both()) == ["invoice 3", "receipt 3"]
    assert toolbox.run(calls[1]) == "receipt 3"
    with pytest.raises(InputError, match="the function for 'read_invoice' is to be awaited: use arun"):
        toolbox.run(calls[0])


def test_llama_index_runs_them(made):
    toolbox = load_tools(made, MODULE)
    tools = {tool.metadata.name: tool for tool in toolbox.form("llama-index").write()}
    ship = tools["ship_order"].call(order=7, to_street="A 1", to_city="Oslo")
    assert ship.raw_output == "7 goes to A 1, Oslo"
    assert tools["ship_order"].metadata.get_parameters_dict()["required"] == ["order", "to_street", "to_city"]
    read = asyncio.run(tools["read"].acall(which="read_invoice", number=3))
    assert read.raw_output == "invoice 3"
    with pytest.raises(InputError, match="which: 'x' is not one of"):
        asyncio.run(tools["read"].acall(which="x", number=3))
    unbound = {tool.metadata.name: tool for tool in load_tools(made).form("llama-index").write()}
    with pytest.raises(NotImplementedError, match="has no function"):
        unbound["ship_order"].call(order=7)


def test_without_functions_a_call_is_not_run(made):
    toolbox = load_tools(made)
    with pytest.raises(InputError, match="the app gave no functions"):
        toolbox.run(toolbox.call("set_light_on", {}))


def test_everything_missing_is_told_at_once(made):
    given = {each.__name__: each for each in FUNCTIONS if each.__name__ not in ("ship_order", "set_light")}
    with pytest.raises(InputError) as refused:
        load_tools(made, {**given, "ship_orders": desk.ship_order})
    light, ship = str(refused.value).splitlines()
    assert light.startswith("there is no function for 'set_light'")
    assert ship.startswith("there is no function for 'ship_order'; did you mean 'ship_orders'?")


def test_only_tools_that_calls_may_end_at_need_a_function(tmp_path):
    made = shipped(tmp_path, [{"hide": {"ids": ["ship_order"]}}])
    given = {each.__name__: each for each in FUNCTIONS if each.__name__ != "ship_order"}
    assert "ship_order" not in load_tools(made, given).functions


class Colour(enum.Enum):
    RED = "red"


class Door:
    async def __call__(self, colour: Colour) -> str:
        return f"{colour.name} door"


def fitting(function, properties=None, required=("colour",)):
    colour = {"type": "string", "enum": ["red"]}
    schema = {"type": "object", "properties": properties or {"colour": colour}, "required": list(required)}
    return functions_for([Tool(name="paint", input_schema=schema)], {"paint": function})["paint"]


def test_objects_partials_and_open_functions_are_functions():
    door = fitting(Door())
    assert door.is_async and asyncio.run(
        door.function(**door.arguments(Call(tool="paint", arguments={"colour": "red"})))
    ) == ("RED door")

    def paint(wall: str, colour: Colour) -> str:
        return f"{wall} {colour.name}"

    bound = fitting(functools.partial(paint, "north"))
    assert bound.function(**bound.arguments(Call(tool="paint", arguments={"colour": "red"}))) == "north RED"
    assert fitting(lambda **anything: anything).arguments(Call(tool="paint", arguments={"z": 1})) == {"z": 1}


def needs_more(colour, wall):
    return colour, wall


def takes_other(color):
    return color


def takes_no_json(colour: SimpleNamespace):
    return colour


def unreadable(colour: Nowhere):  # noqa: F821
    return colour


@pytest.mark.parametrize(
    "function, told",
    [
        (needs_more, "the function for 'paint' needs 'wall', which the tool does not require"),
        (takes_other, "the function for 'paint' takes no argument 'colour'"),
        (takes_no_json, "the function for 'paint' takes a colour that is made of no JSON"),
        (unreadable, "the signature of the function for 'paint' cannot be read: name 'Nowhere' is not defined"),
        (operator.neg, "the function for 'paint' takes no argument 'colour'"),
        ("red", "there is no function for 'paint'"),
    ],
)
def test_functions_that_do_not_fit_are_told_before_a_call(function, told):
    with pytest.raises(InputError) as refused:
        fitting(function)
    assert told in str(refused.value)


def test_arguments_that_a_function_does_not_take_are_told():
    def when(day: datetime.date) -> str:
        return day.isoformat()

    found = fitting(when, {"day": {"type": "string"}}, ("day",))
    with pytest.raises(InputError) as refused:
        found.arguments(Call(tool="paint", arguments={"day": "some day", "hour": 3}))
    assert [line.partition(":")[2].split(" ")[1] for line in str(refused.value).splitlines()] == ["day:", "unexpected"]


def test_what_a_function_raises_is_raised(made):
    def cancel_order(order, reason=None):
        raise LookupError(order)

    toolbox = load_tools(made, {**{each.__name__: each for each in FUNCTIONS}, "cancel_order": cancel_order})
    with pytest.raises(LookupError, match="7"):
        toolbox.run(toolbox.call("cancel_order", {"order": 7}))
