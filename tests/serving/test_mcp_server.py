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
