"""The MCP server, driven by the official SDK's client over both transports."""

from __future__ import annotations

import subprocess
import sys

import anyio
import httpx
import pytest
from mcp import MCPError

from ragtune.errors import InputError
from ragtune.mcp_client import connected, parse_server
from ragtune.serving import Settings
from ragtune.serving._search_tool import read_search_tool, search_tool
from ragtune.serving._tool_desk import ToolsOffer
from ragtune.tools import Adapter, Call, Move, Tool, ToolSet
from tests.serving.conftest import ROOT, TOKEN, serving

TUNED = """\
- name: ask_zoo
  description: Ask the zoo keeper anything about animals.
  input_schema:
    type: object
    properties: {query: {type: string}, k: {type: integer, maximum: 2, default: 1}}
    required: [query]
"""


@pytest.fixture(scope="module")
def over_http(bundle, tmp_path_factory):
    file = tmp_path_factory.mktemp("tool") / "tool.yaml"
    file.write_text(TUNED)
    options = ("--mcp", "--transport", "http", "--token-env", "TOKEN_OF_TESTS", "--tool", str(file))
    with serving(bundle, *options) as (_, address):
        yield address


async def asked(source, work, **named):
    async with connected(parse_server(source, **named)) as client:
        return await work(client)


async def search(client):
    (tool,) = (await client.list_tools()).tools
    found = await client.call_tool(tool.name, {"query": "Who makes honey?"})
    return tool, found, await client.call_tool(tool.name, {"query": "honey", "k": 0}), await unknown(client)


async def unknown(client):
    with pytest.raises(MCPError, match="there is no tool 'nothing'"):
        await client.call_tool("nothing", {})
    return True


def check(found, wrong):
    best = found.structured_content["passages"][0]
    assert (best["text"], best["document"], best["start"], best["end"]) == ("The bee makes honey.", "bee", 0, 20)
    assert best["score"] > 0 and not found.is_error
    assert found.content[0].text.startswith("[1] Of the bee (bee, characters 0 to 20)\nThe bee makes honey.")
    assert (wrong.is_error and "minimum" in wrong.content[0].text) or "greater" in wrong.content[0].text


def test_over_stdio(bundle, monkeypatch):
    monkeypatch.chdir(ROOT)
    tool, found, wrong, _ = anyio.run(asked, f"stdio:{sys.executable} -m ragtune serve {bundle} --mcp", search)
    assert (tool.name, tool.input_schema) == ("search_documents", search_tool(Settings()).input_schema)
    check(found, wrong)


def test_over_http_with_a_tuned_tool(over_http, monkeypatch):
    monkeypatch.setenv("ZOO", TOKEN)
    work = lambda: asked(f"{over_http}/mcp", search, token_from="ZOO")  # noqa: E731
    tool, found, wrong, _ = anyio.run(work)
    assert (tool.name, tool.description) == ("ask_zoo", "Ask the zoo keeper anything about animals.")
    assert len(found.structured_content["passages"]) == 1  # the file's default
    check(found, wrong)


def test_http_is_guarded(over_http):
    say = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    good = {"Authorization": f"Bearer {TOKEN}", "Accept": "application/json, text/event-stream"}
    statuses = [
        httpx.post(f"{over_http}/mcp", json=say, headers=headers).status_code
        for headers in ({}, good, {**good, "Host": "evil.example"}, {**good, "Origin": "https://evil.example"})
    ]
    assert statuses == [401, 200, 421, 403]
    assert httpx.get(f"{over_http}/mcp", headers=good).status_code == 405
    assert httpx.get(f"{over_http}/health").json() == {"status": "alive"}


def test_nothing_but_messages_is_written_to_standard_output(bundle):
    command = [sys.executable, "-m", "ragtune", "serve", str(bundle), "--mcp"]
    found = subprocess.run(command, cwd=ROOT, input="", capture_output=True, text=True, timeout=60)
    assert (found.returncode, found.stdout) == (0, ""), found.stderr


@pytest.mark.parametrize(
    "properties, required, told",
    [("{q: {type: string}}", "[q]", "q is none of its parameters"), ("{query: {type: string}}", "[]", "not required")],
)
def test_a_tool_that_no_retriever_can_answer_is_refused(properties, required, told, tmp_path):
    file = tmp_path / "tool.yaml"
    file.write_text(f"- name: a\n  input_schema: {{type: object, properties: {properties}, required: {required}}}\n")
    with pytest.raises(InputError, match=told):
        read_search_tool(file)


class Desk:
    """Two tools of the weather desk, one renamed; the selector finds by a word of the name."""

    def __init__(self):
        town = {"type": "object", "properties": {"town": {"type": "string"}}, "required": ["town"]}
        numbers = {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}}
        shown = Tool(name="forecast", input_schema=town), Tool(name="add", input_schema=numbers)
        back = {"forecast": Adapter(target="get_weather", moves=(Move(source="town", to=("city",)),))}
        self._set = ToolSet(shown, back)
        self.tools = shown

    def select(self, query):
        return [tool for tool in self.tools if tool.name in query]

    def call(self, name, arguments) -> Call:
        return self._set.original_call(name, arguments)


def through(upstream, work):
    """A client of a server of the desk, in this process."""
    from mcp import Client

    from ragtune.serving._mcp import mcp_server

    async def run():
        async with Client(mcp_server(ToolsOffer(Desk(), Settings(), upstream))) as client:
            return await work(client)

    return anyio.run(run)


def test_edited_tools_are_shown_found_and_called_on_their_server(monkeypatch):
    monkeypatch.chdir(ROOT)

    async def work(client):
        names = [tool.name for tool in (await client.list_tools()).tools]
        found = await client.call_tool("find_tools", {"query": "a forecast for Oslo"})
        called = await client.call_tool("forecast", {"town": "Oslo"})
        again = await client.call_tool("add", {"a": 1, "b": 2})
        wrong = await client.call_tool("forecast", {"city": "Oslo"})
        return names, found.structured_content, called.structured_content, again.structured_content, wrong.is_error

    upstream = parse_server(f"stdio:{sys.executable} -m tests.mcp_server stdio")
    names, found, called, again, wrong = through(upstream, work)
    assert names == ["forecast", "add", "find_tools"]
    assert [tool["name"] for tool in found["tools"]] == ["forecast"]
    assert found["tools"][0]["inputSchema"]["required"] == ["town"]
    assert called == {"city": "Oslo", "unit": "C"} and again == {"result": 3} and wrong


def test_an_upstream_that_dies_is_told_and_started_again(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    once = tmp_path / "once.py"
    once.write_text(
        "import os, pathlib, sys\n"
        "from tests import mcp_server\n"
        "flag = pathlib.Path(sys.argv[1])\n"
        "@mcp_server.server.tool()\n"
        "def get_weather(city: str) -> int:\n"
        "    if not flag.exists():\n"
        "        flag.touch()\n"
        "        os._exit(1)\n"
        "    return 7\n"
        "mcp_server.server.run()\n"
    )
    once.write_text(
        once.read_text().replace("@mcp_server", "mcp_server.server.remove_tool('get_weather')\n@mcp_server")
    )

    async def work(client):
        first = await client.call_tool("forecast", {"town": "Oslo"})
        return first, await client.call_tool("forecast", {"town": "Oslo"})

    command = f"stdio:env PYTHONPATH={ROOT} {sys.executable} {once} {tmp_path / 'flag'}"
    first, second = through(parse_server(command, timeout_s=15), work)
    assert first.is_error and "forecast failed" in first.content[0].text
    assert not second.is_error and second.structured_content == {"result": 7}


def test_without_an_upstream_tools_are_found_and_not_called():
    called = through(None, lambda client: client.call_tool("add", {"a": 1}))
    assert called.is_error and "no server of the originals" in called.content[0].text


def test_a_set_that_has_the_name_of_the_finder_is_refused():
    desk = Desk()
    desk.tools = (Tool(name="find_tools"),)
    with pytest.raises(InputError, match="rename it"):
        ToolsOffer(desk, Settings())
