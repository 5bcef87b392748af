"""What is read of a tool."""

from __future__ import annotations

import json

import pytest

from ragtune.tools import Tool, text_of

SCHEMA = {
    "type": "object",
    "properties": {
        "city": {"type": "string", "description": "Where, as Zürich"},
        "when": {"type": "object", "properties": {"day": {"type": "integer", "description": "of the month"}}},
    },
}
TOOL = Tool(name="getWeather_v2", description="Tells the weather.", input_schema=SCHEMA)


def test_parameters_are_lines_and_nested_ones_are_among_them():
    assert text_of(TOOL, ("parameters",)) == "city: Where, as Zürich\nwhen\nwhen.day: of the month"


def test_arguments_are_the_top_level_in_one_line():
    assert text_of(TOOL, ("arguments",)) == "city: Where, as Zürich, when"


def test_definition_is_the_json_that_a_provider_gets():
    text = text_of(TOOL, ("definition",))
    assert json.loads(text) == {"name": TOOL.name, "description": TOOL.description, "parameters": SCHEMA}
    assert "Zürich" in text


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("getWeather_v2", "get Weather v2"),
        ("get-weread-rank", "get weread rank"),
        ("math.factorial", "math factorial"),
        ("HTTPServer", "HTTPServer"),
        ("_hidden__", "hidden"),
        ("搜索_工具", "搜索 工具"),
        ("___", ""),
    ],
)
def test_words_of_a_name(name: str, words: str):
    assert text_of(Tool(name=name), ("words",)) == words


def test_fields_come_in_the_order_asked_for_and_empty_ones_leave_no_line():
    assert text_of(TOOL, ("description", "title", "name")) == "Tells the weather.\ngetWeather_v2"


def test_a_schema_that_is_no_object_of_parameters_has_none():
    assert text_of(Tool(name="x", input_schema={"properties": [1]}), ("name", "arguments")) == "x"
    assert text_of(Tool(name="x", input_schema={"properties": {"a": True}}), ("arguments",)) == "a"
