"""What comes in: vendors' own payloads, OpenAPI documents, Python functions, and what must be refused."""

from __future__ import annotations

import json
import socket
import time

import pytest

from ragtune.component import parse
from ragtune.errors import InputError
from ragtune.toolformats._exporting import export
from ragtune.toolformats._importing import read_source, recognise
from ragtune.tools import Tool, save_tools, validator
from tests.toolformats import functions

SCHEMA = {"type": "object", "properties": {"q": {"type": "string"}}, "required": ["q"]}
FOUND = {"name": "find", "description": "Find it."}
PAYLOADS = {
    "openai-chat": {"model": "m", "tools": [{"type": "function", "function": {**FOUND, "parameters": SCHEMA}}]},
    "openai-responses": [{"type": "function", **FOUND, "parameters": SCHEMA, "strict": True}],
    "anthropic": {"tools": [{**FOUND, "input_schema": SCHEMA, "cache_control": {"type": "ephemeral"}}]},
    "gemini": {"function_declarations": [{**FOUND, "parameters": {
        "type": "OBJECT", "properties": {"q": {"type": "STRING"}}, "required": ["q"]}}]},
    "mcp": {"jsonrpc": "2.0", "id": 1, "result": {"tools": [{**FOUND, "inputSchema": SCHEMA}]}},
    "openapi": {"openapi": "3.0.3", "paths": {"/find": {"get": {
        "operationId": "find", "summary": "Find it.",
        "parameters": [{"in": "query", "name": "q", "required": True, "schema": {"type": "string"}}]}}}},
}  # fmt: skip


@pytest.mark.parametrize("word", PAYLOADS)
def test_a_payload_is_recognised_and_read(word, tmp_path):
    file = tmp_path / "tools.json"
    file.write_text(json.dumps(PAYLOADS[word]))
    tools, format, losses = read_source(str(file))
    assert (format, losses) == (word, [])
    assert tools.spec() == [{**FOUND, "input_schema": SCHEMA}]


def test_a_tool_file_is_read_as_it_is(tmp_path):
    tools = parse("toolformat", "mcp").read(PAYLOADS["mcp"])
    save_tools(tmp_path / "tools.yaml", tools.tools)
    assert read_source(str(tmp_path / "tools.yaml")).tools.tools == tools.tools


def test_what_is_no_format_says_which_there_are(tmp_path):
    with pytest.raises(InputError, match=r"--format \(anthropic, gemini"):
        recognise({"tools": [{"a": 1}]}, "x.json")


def test_what_a_tool_has_no_place_for_is_listed():
    parsed = parse("toolformat", "mcp").parse([{**FOUND, "inputSchema": SCHEMA, "icons": [], "_meta": {}}])
    assert [(loss.tool, loss.place) for loss in parsed.losses] == [("find", "icons"), ("find", "_meta")]


def test_older_drafts_are_read_and_said():
    schema = {"properties": {"n": {"type": "number", "minimum": 0, "exclusiveMinimum": True}, "p": {"items": [{}, {}]}}}
    parsed = parse("toolformat", "mcp").parse([{"name": "a", "inputSchema": schema}])
    assert parsed.tools.tools[0].input_schema == {
        "type": "object",
        "properties": {"n": {"type": "number", "exclusiveMinimum": 0}, "p": {"prefixItems": [{}, {}]}},
    }
    assert [loss.place for loss in parsed.losses] == [
        "input_schema/type",
        "input_schema/properties/n/exclusiveMinimum",
        "input_schema/properties/p/items",
    ]


def test_all_faults_are_told():
    with pytest.raises(InputError) as caught:
        parse("toolformat", "anthropic").read(
            [
                {"name": 3, "input_schema": SCHEMA},
                "x",
                {**FOUND, "input_schema": []},
                *PAYLOADS["anthropic"]["tools"] * 2,
            ]
        )
    assert len(caught.value.faults) == 4
    assert "another tool is named 'find'" in str(caught.value)


def _deep(n):
    schema: dict = {"type": "string"}
    for _ in range(n):
        schema = {"type": "object", "properties": {"a": schema}}
    return schema


def _doubling(n):
    named = {f"a{i}": {"type": "object", "properties": {"x": {"$ref": f"#/$defs/a{i + 1}"}, "y": {"$ref": f"#/$defs/a{i + 1}"}}}
             for i in range(n)}  # fmt: skip
    return {
        "type": "object",
        "properties": {"a": {"$ref": "#/$defs/a0"}},
        "$defs": {**named, f"a{n}": {"type": "string"}},
    }


MALICIOUS = {
    "url": {"type": "object", "properties": {"a": {"$ref": "http://127.0.0.1:1/x.json"}}},
    "file": {"type": "object", "properties": {"a": {"$ref": "file:///etc/passwd"}}},
    "relative": {"type": "object", "properties": {"a": {"$ref": "other.json#/a"}}},
    "circle": {"type": "object", "properties": {"a": {"$ref": "#/properties/a"}}},
    "doubling": _doubling(40),
    "depth": _deep(10_000),
    "redos": {"type": "object", "properties": {"a": {"type": "string", "pattern": "(a+)+$"}}},
    "long": {"type": "object", "properties": {"a": {"type": "string", "description": "x" * 60_000_000}}},
}


@pytest.fixture
def no_network(monkeypatch):
    def refuse(*_args, **_options):
        raise AssertionError("a connection was attempted")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.parametrize("word", ["mcp", "anthropic", "openai-chat", "gemini", "openapi"])
@pytest.mark.parametrize("what", MALICIOUS)
def test_malicious_schemas_are_refused_at_once(word, what, no_network):
    schema = MALICIOUS[what]
    payload = {
        "mcp": [{"name": "a", "inputSchema": schema}],
        "anthropic": [{"name": "a", "input_schema": schema}],
        "openai-chat": [{"type": "function", "function": {"name": "a", "parameters": schema}}],
        "gemini": [{"functionDeclarations": [{"name": "a", "parametersJsonSchema": schema}]}],
        "openapi": {"openapi": "3.1.0", "paths": {"/a": {"post": {"operationId": "a", "requestBody": {
            "required": True, "content": {"application/json": {"schema": schema}}}}}}},
    }[word]  # fmt: skip
    began = time.monotonic()
    with pytest.raises(InputError):
        parse("toolformat", word).read(payload)
    assert time.monotonic() - began < 2


DOCUMENT = {
    "openapi": "3.0.3",
    "paths": {
        "/pets/{id}": {
            "parameters": [{"$ref": "#/components/parameters/id"}],
            "put": {
                "summary": "Change a pet",
                "description": "Change all of it.",
                "tags": ["pets"],
                "parameters": [{"in": "query", "name": "dry", "schema": {"type": "boolean", "nullable": True}}],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}},
                },
            },
            "delete": {"operationId": "dropPet"},
        }
    },
    "components": {
        "parameters": {
            "id": {"in": "path", "name": "id", "required": True, "description": "Which", "schema": {"type": "integer"}}
        },
        "schemas": {
            "Pet": {
                "type": "object",
                "required": ["name"],
                "properties": {"name": {"type": "string"}, "mother": {"$ref": "#/components/schemas/Pet"}},
            }
        },
    },
}


def test_an_operation_becomes_a_tool_with_parameters_and_body_merged():
    put, delete = parse("toolformat", "openapi").read(DOCUMENT).tools
    assert (put.name, put.title, put.description, put.tags) == (
        "put_pets_id", "Change a pet", "Change all of it.", ("pets",)
    )  # fmt: skip
    pet = {
        "type": "object",
        "required": ["name"],
        "properties": {"name": {"type": "string"}, "mother": {"$ref": "#/$defs/Pet"}},
    }
    assert put.input_schema == {
        "type": "object",
        "properties": {
            "id": {"type": "integer", "description": "Which"},
            "dry": {"type": ["boolean", "null"]},
            "name": {"type": "string"},
            "mother": {"$ref": "#/$defs/Pet"},
        },
        "required": ["id", "name"],
        "$defs": {"Pet": pet},
    }
    validator(put.input_schema).validate({"id": 1, "name": "Rex", "mother": {"name": "Laika"}})
    assert (delete.name, delete.required) == ("dropPet", ("id",))
    with pytest.raises(InputError, match=r"this is 2\.0"):
        parse("toolformat", "openapi").read({"swagger": "2.0", "paths": {}})


def test_functions_are_read_by_signature_and_docstring():
    google, numpy_, sphinx = (
        parse("toolformat", "python").read([functions.google, functions.numpy, functions.sphinx]).tools
    )
    assert google.description == "Say the weather.\n\nOf today."
    assert google.input_schema == {
        "type": "object",
        "properties": {
            "city": {"type": "string", "description": "Name of the city: as its people write it."},
            "unit": {"type": "string", "enum": ["C", "F"], "default": "C", "description": "The scale."},
            "days": {"type": "integer", "minimum": 1, "default": 3, "description": "Said here"},
        },
        "required": ["city"],
    }
    assert numpy_.parameters["a"] == {"type": "integer", "description": "The first. And more."}
    assert numpy_.parameters["b"] == {"type": "number", "default": 1.5, "description": "The second."}
    assert numpy_.description == "Add."
    assert sphinx.input_schema == {
        "type": "object",
        "properties": {"a": {"description": "The first goes on."}, "later": {}},
        "required": ["a"],
        "additionalProperties": True,
    }


def test_functions_by_where_they_are(tmp_path):
    assert [tool.name for tool in read_source("tests.toolformats.functions").tools.tools] == [
        "google",
        "numpy",
        "sphinx",
    ]
    assert [tool.name for tool in read_source("tests.toolformats.functions:numpy").tools.tools] == ["numpy"]
    file = tmp_path / "some.py"
    file.write_text('def one(a: int):\n    """One."""\n\ndef _two():\n    pass\n')
    assert [tool.name for tool in read_source(str(file)).tools.tools] == ["one"]
    with pytest.raises(InputError, match="did you mean 'numpy'"):
        read_source("tests.toolformats.functions:numpi")
    file.write_text("1 / 0")
    with pytest.raises(InputError, match="ZeroDivisionError"):
        read_source(str(file))
    with pytest.raises(InputError, match="cannot import nowhere"):
        read_source("nowhere.at_all")


def test_a_type_that_json_cannot_say_is_refused():
    with pytest.raises(InputError, match="_cannot_say: a type of its signature"):
        parse("toolformat", "python").read(functions._cannot_say)


def test_functions_are_written_as_hints_and_docstrings():
    schema = {
        "type": "object",
        "properties": {
            "city": {"type": "string", "description": "Name of the city."},
            "unit": {"type": "string", "enum": ["C", "F"], "default": "C"},
            "days": {"type": "integer", "minimum": 1},
            "from": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["city"],
    }
    tool = Tool(name="get-weather", description="Say the weather.", input_schema=schema)
    found = export([tool], parse("toolformat", "python"))
    assert found.payload.endswith(
        '''__all__ = ['get_weather']


def get_weather(
    *,
    city: str,
    unit: Literal['C', 'F'] = 'C',
    days: Annotated[int, WithJsonSchema({'type': 'integer', 'minimum': 1})] = _UNSET,
    _from: list[str] = _UNSET,
) -> Any:
    """Say the weather.

    Args:
        city: Name of the city.
    """
    raise NotImplementedError
'''
    )
    assert [loss.place for loss in found.losses if loss.place.startswith("input_schema")] == [
        "input_schema/properties/from",
        "input_schema/properties/_from",
    ]
    assert found.call("get_weather", {"city": "Ulm", "_from": ["a"]}).arguments == {"city": "Ulm", "from": ["a"]}


def test_what_a_text_says_is_no_code():
    """Every text goes into the source as a literal."""
    texts = ['"""\nimport os\n"""', "\\", 'a"', "\x00\u2028", "{x}"]
    properties = {"a": {"type": "string", "enum": texts, "description": texts[0]}, "b": {"default": texts[1]}}
    tools = [
        Tool(name=f"t{i}", description=text, input_schema={"type": "object", "properties": properties})
        for i, text in enumerate(texts)
    ]
    names: dict[str, object] = {}
    exec(export(tools, parse("toolformat", "python")).payload, names)
    assert names["__all__"] == ["t0", "t1", "t2", "t3", "t4"]
    assert "os" not in names


def test_llama_index_tools_are_read_and_get_functions():
    from llama_index.core.tools import FunctionTool

    from ragtune.toolformats.llama_index import bind

    form = parse("toolformat", "llama-index")
    (tool,) = form.read([FunctionTool.from_defaults(functions.numpy)]).tools
    assert (tool.name, set(tool.parameters)) == ("numpy", {"a", "b"})
    payload, _ = form.write([tool])
    (bound,) = bind(payload, {"numpy": functions.numpy})
    assert bound.call(a=1, b=2.5).raw_output == 3.5
    assert bound.metadata.to_openai_tool()["function"]["parameters"]["properties"] == tool.parameters
    with pytest.raises(InputError, match="no function for numpy"):
        bind(payload, {})
