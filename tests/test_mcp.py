"""Live MCP servers, made and called with the official SDK: import, edit, export, and call through an adapter."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner

pytest.importorskip("mcp", reason="the official MCP SDK is not installed (pip install 'ragtune[mcp]')")

from ragtune.cli.tools.import_ import command as import_command
from ragtune.component import parse
from ragtune.errors import InputError, MissingModelError, StepError
from ragtune.mcp_client import call_on, connected, import_tools, list_tools, parse_server
from ragtune.tools import Adapter, Choice, Move, Put, ToolSet, load_tools

ROOT = Path(__file__).parent.parent
WITH_SERVER = f"stdio:{sys.executable} -m tests.mcp_server stdio"


@pytest.fixture(scope="module")
def http_server():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.mcp_server", "http", str(port)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process, port
    finally:
        process.kill()
        process.wait(timeout=10)


def until_open(process, port):
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return f"http://127.0.0.1:{port}/mcp"
        time.sleep(0.05)
    raise AssertionError("the server does not come up")


def edited(tools: ToolSet) -> ToolSet:
    """`get_weather` with another name and argument, and a tool that stands for two."""
    weather = tools.tools[0]
    schema = weather.input_schema
    town = {"town": schema["properties"]["city"], **{"unit": schema["properties"]["unit"]}}
    renamed = weather.model_copy(
        update={
            "id": "forecast",
            "name": "forecast",
            "input_schema": {**schema, "properties": town, "required": ["town"]},
        }
    )
    what = {"what": {"enum": ["sum", "rome"]}, "a": {"type": "integer"}}
    both = {"type": "object", "properties": what, "required": ["what"]}
    joined = weather.model_copy(update={"id": "both", "name": "both", "input_schema": both})
    options = {
        "sum": Adapter(target="add", puts=(Put(to=("b",), value=40),)),
        "rome": Adapter(target="get_weather", puts=(Put(to=("city",), value="Rome"),)),
    }
    return tools.with_tools(
        [renamed, joined, tools.tools[1]],
        {
            "forecast": Adapter(target="get_weather", moves=(Move(source="town", to=("city",)),)),
            "both": Adapter(choice=Choice(source="what", options=options)),
        },
    )


async def through(server):
    """Import, edit, export, import again, and call through the adapters: all over one connection."""
    async with connected(server) as client:
        parsed = await list_tools(client)
        tools = edited(parsed.tools)
        form = parse("toolformat", "mcp")
        payload, _ = form.write(tools.tools)
        assert [tool.name for tool in form.read(payload).tools] == ["forecast", "both", "add"]
        answers = [
            await call_on(client, tools, "forecast", {"town": "Oslo", "unit": "F"}),
            await call_on(client, tools, "both", {"what": "sum", "a": 2}),
            await call_on(client, tools, "both", {"what": "rome"}),
            await call_on(client, tools, "add", {"a": 1, "b": 2}),
        ]
        with pytest.raises(InputError, match="no original tool is meant by what='cat'"):
            await call_on(client, tools, "both", {"what": "cat"})
        assert (await call_on(client, tools, "add", {"a": "x", "b": 2})).failed
        return parsed, answers


def check(parsed, answers):
    weather, add = parsed.tools.tools
    assert (weather.name, weather.title, weather.server) == ("get_weather", "The weather", "weather-desk")
    assert weather.description == "Say what the weather is in a city."
    assert weather.parameters["city"]["description"] == "Name of the city"
    assert weather.required == ("city",)
    assert add.required == ("a", "b")
    assert parsed.losses == []
    assert [answer.structured for answer in answers] == [
        {"city": "Oslo", "unit": "F"},
        {"result": 42},
        {"city": "Rome", "unit": "C"},
        {"result": 3},
    ]
    assert not any(answer.failed for answer in answers)


def test_over_stdio(http_server, monkeypatch):
    import anyio

    monkeypatch.chdir(ROOT)
    check(*anyio.run(through, parse_server(WITH_SERVER)))


def test_over_http(http_server):
    import anyio

    check(*anyio.run(through, parse_server(until_open(*http_server))))


def test_the_command_imports_from_a_live_server(http_server, tmp_path):
    found = CliRunner().invoke(import_command, [until_open(*http_server), "-o", str(tmp_path / "tools.yaml")])
    assert found.exit_code == 0, found.output
    assert [tool.name for tool in load_tools(tmp_path / "tools.yaml").tools] == ["get_weather", "add"]


LISTS_WRONG = r"""
import json, sys
for line in sys.stdin:
    asked = json.loads(line)
    if "id" not in asked: continue
    if asked["method"] == "initialize":
        found = {"protocolVersion": "2025-06-18", "capabilities": {"tools": {}}, "serverInfo": {"name": "s", "version": "1"}}
    elif asked["method"] == "tools/list":
        found = {"tools": [{"name": "a", "inputSchema": {"type": "object", "properties": {"x": {"$ref": "http://127.0.0.1:1/"}}}}]}
    else:
        print(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "error": {"code": -32601, "message": "no"}}), flush=True); continue
    print(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": found}), flush=True)
"""


@pytest.mark.parametrize(
    "source, error, told",
    [
        ("stdio:/nowhere/at-all", InputError, "cannot start /nowhere/at-all: No such file"),
        ("stdio:sh -c 'echo sorry >&2; exit 3'", StepError, r"Connection closed.*\(it said: sorry\)"),
        ("stdio:sh -c 'echo this is no JSON'", StepError, "Connection closed"),
        ("stdio:cat", StepError, "cat: "),
        ("stdio:sleep 600", StepError, "no answer within 0.4 s"),
        ("stdio:yes", StepError, "no answer within 0.4 s"),
        ("http://127.0.0.1:9/mcp", StepError, "ConnectError"),
    ],
)
def test_a_server_that_is_none_is_a_clear_error_and_no_child_is_left(source, error, told, http_server, monkeypatch):
    from mcp.client import stdio

    monkeypatch.setattr(stdio, "PROCESS_TERMINATION_TIMEOUT", 0.1)
    before = {child.pid for child in psutil.Process().children(recursive=True)}  # other tests' servers among them
    began = time.monotonic()
    with pytest.raises(error, match=told):
        import_tools(parse_server(source, timeout_s=0.4))
    assert time.monotonic() - began < 5
    assert {child.pid for child in psutil.Process().children(recursive=True)} <= before


def test_what_a_live_server_lists_is_checked_like_any_payload(tmp_path):
    file = tmp_path / "server.py"
    file.write_text(LISTS_WRONG)
    with pytest.raises(InputError, match="a reference may only be to a place in the same schema"):
        import_tools(parse_server(f"stdio:{sys.executable} -S {file}", timeout_s=20))


def test_what_names_no_server():
    for source, told in [("stdio:", "names no command"), ("ftp://x", "begins with http"), ("stdio:'a", "quotation")]:
        with pytest.raises(InputError, match=told):
            parse_server(source)
    with pytest.raises(InputError, match="no variable NOT_THERE_AT_ALL"):
        import_tools(parse_server("http://127.0.0.1:9/mcp", token_from="NOT_THERE_AT_ALL"))


def test_without_the_sdk_the_missing_line_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "mcp", None)
    with pytest.raises(MissingModelError, match=r"pip install 'ragtune\[mcp\]'"):
        import_tools(parse_server("stdio:cat"))


def test_a_dump_needs_no_server(tmp_path):
    file = tmp_path / "dump.json"
    file.write_text(json.dumps({"tools": [{"name": "a", "inputSchema": {"type": "object"}}]}))
    found = CliRunner().invoke(import_command, [str(file)])
    assert found.exit_code == 0
    assert '"name": "a"' in found.output
