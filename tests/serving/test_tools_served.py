"""A bundle of tools as an MCP server, driven by the SDK's client; calls go through edits to a real server of the originals."""

from __future__ import annotations

import re
import subprocess
import sys

import anyio
import pytest
from click.testing import CliRunner
from mcp import Client, MCPError

import ragtune
from ragtune.bundling import export, load_tools
from ragtune.cli.serve import command as serve_command
from ragtune.engine.workspace import Workspace
from ragtune.errors import InputError
from ragtune.mcp_client import connected, import_tools, parse_server
from ragtune.serving import Settings
from ragtune.serving._mcp import mcp_server
from ragtune.serving._tool_desk import ToolsOffer
from ragtune.tools import Case, ExpectedCall, Tool, ToolSet
from ragtune.toolsets import ToolDataset
from tests.serving.conftest import ROOT, TOKEN, serving

UPSTREAM = f"stdio:{sys.executable} -m tests.mcp_server stdio"


def made(folder, tools, edits):
    """A bundle of tools behind BM25, one for each request."""
    asked = [(tools.tools[0].id, "what is the weather in Oslo"), (tools.tools[1].id, "the sum of two numbers")]
    cases = tuple(Case(id=id, query=query, calls=(ExpectedCall(tool=id),)) for id, query in asked)
    design = {
        "edits": edits,
        "selector": {"retrieved": {"k": 1, "retriever": "bm25", "min_score": 0.1}},
        "caller": {"similarity": {"retriever": "bm25"}},
        "embedder": "none",
    }
    config = {"tools": "desk", "name": "desk", "space": {"caller": design["caller"]}, "baseline": design}
    study = ragtune.sweep(ToolDataset("desk", tools, cases), config, workspace=folder / "workspace")
    export(study, Workspace(folder / "workspace"), study.scores.configurations[0], folder / "tools")
    return folder / "tools"


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """The tools of the weather desk, one of them with another name and argument."""
    folder = tmp_path_factory.mktemp("desk")
    names = folder / "names.yaml"
    names.write_text("get_weather: {name: forecast, parameters: {city: town}}\n")
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(ROOT)
        tools = import_tools(parse_server(UPSTREAM)).tools
    return made(folder, tools, [{"rename": {"path": str(names), "style": "keep"}}, "add-when-not-to-use"])


async def asked(source, work, **named):
    async with connected(parse_server(source, **named)) as client:
        return await work(client)


async def used(client):
    names = [tool.name for tool in (await client.list_tools()).tools]
    found = [
        await client.call_tool("find_tools", {"query": query}) for query in ("weather in Oslo", "colourless ideas")
    ]
    called = await client.call_tool("forecast", {"town": "Oslo"})
    added = await client.call_tool("add", {"a": 1, "b": 2})
    wrong = [
        await client.call_tool("forecast", {"town": "Oslo", "city": "Rome"}),
        await client.call_tool("add", {"a": "x"}),
    ]
    with pytest.raises(MCPError, match="there is no tool 'get_weather'"):
        await client.call_tool("get_weather", {"city": "Oslo"})
    return names, found, called, added, wrong


def check(names, found, called, added, wrong):
    assert names == ["forecast", "add", "find_tools"]
    first, second = (each.structured_content["tools"] for each in found)
    assert [(tool["name"], tool["inputSchema"]["required"]) for tool in first] == [("forecast", ["town"])]
    assert second == [] and found[1].content[0].text == "no tool fits"
    assert called.structured_content == {"city": "Oslo", "unit": "C"} and not called.is_error
    assert added.structured_content == {"result": 3}
    assert all(each.is_error for each in wrong)
    assert wrong[0].content[0].text == "forecast: unexpected argument 'city'"
    assert sorted(wrong[1].content[0].text.splitlines()) == [
        "'b' is a required property",
        "a: 'x' is not of type 'integer'",
    ]


def test_over_stdio(desk, monkeypatch):
    monkeypatch.chdir(ROOT)
    server = f"stdio:{sys.executable} -m ragtune serve {desk} --mcp --upstream '{UPSTREAM}'"
    check(*anyio.run(asked, server, used))


def test_over_http(desk, monkeypatch):
    monkeypatch.setenv("DESK", TOKEN)
    options = ("--mcp", "--transport", "http", "--upstream", UPSTREAM, "--token-env", "TOKEN_OF_TESTS")
    with serving(desk, *options) as (_, address):
        check(*anyio.run(lambda: asked(f"{address}/mcp", used, token_from="DESK")))


def test_the_client_of_the_docs(desk, monkeypatch, capsys):
    text = (ROOT / "docs" / "serving.md").read_text(encoding="utf-8")
    (app,) = (block for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "find_tools" in block)
    with serving(desk, "--mcp", "--transport", "http") as (_, address):
        monkeypatch.setenv("RAGTUNE_MCP_URL", f"{address}/mcp")
        exec(compile(app, "serving.md", "exec"), {})
    assert capsys.readouterr().out == "forecast ['town']\n"


def within(folder, upstream, work):
    """A client of a server in this process."""

    async def run():
        async with Client(mcp_server(ToolsOffer(load_tools(folder), Settings(), upstream))) as client:
            return await work(client)

    return anyio.run(run)


def test_an_upstream_that_dies_is_told_and_started_again(desk, tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    once = tmp_path / "once.py"
    once.write_text(
        "import os, pathlib, sys\n"
        "from tests import mcp_server\n"
        "flag = pathlib.Path(sys.argv[1])\n"
        "mcp_server.server.remove_tool('get_weather')\n"
        "@mcp_server.server.tool()\n"
        "def get_weather(city: str) -> dict[str, str]:\n"
        "    if not flag.exists():\n"
        "        flag.touch()\n"
        "        os._exit(1)\n"
        "    return {'city': city}\n"
        "mcp_server.server.run()\n"
    )

    async def work(client):
        first = await client.call_tool("forecast", {"town": "Oslo"})
        return first, await client.call_tool("forecast", {"town": "Oslo"})

    command = f"stdio:env PYTHONPATH={ROOT} {sys.executable} {once} {tmp_path / 'flag'}"
    first, second = within(desk, parse_server(command, timeout_s=15), work)
    assert first.is_error and "forecast failed" in first.content[0].text
    assert not second.is_error and second.structured_content == {"city": "Oslo"}


def test_without_an_upstream_tools_are_found_and_not_called(desk):
    called = within(desk, None, lambda client: client.call_tool("add", {"a": 1, "b": 2}))
    assert called.is_error and "no server of the originals" in called.content[0].text


@pytest.mark.parametrize("transport", ["stdio", "http"])
def test_an_upstream_that_cannot_be_reached_is_told_at_once(desk, transport):
    options = ["--mcp", "--transport", transport, "--port", "0", "--upstream", "stdio:/nowhere/at-all"]
    command = [sys.executable, "-m", "ragtune", "serve", str(desk), *options]
    ended = subprocess.run(command, cwd=ROOT, input="", capture_output=True, text=True, timeout=60)
    assert ended.returncode != 0 and "cannot start /nowhere/at-all" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_namesakes_are_found_by_the_names_that_they_are_listed_by(tmp_path):
    look = [Tool(name="look", id=f"{each}/look", description=f"Look for the {each}.") for each in ("weather", "sum")]
    folder = made(tmp_path, ToolSet(tuple(look)), "none")

    async def work(client):
        listed = {tool.name: tool.description for tool in (await client.list_tools()).tools}
        found = await client.call_tool("find_tools", {"query": "the sum"})
        return listed, found.structured_content["tools"]

    listed, (found,) = within(folder, None, work)
    assert found["name"] != "look" and listed[found["name"]] == "Look for the sum."


def test_a_set_that_has_the_name_of_the_finder_is_refused(tmp_path):
    tools = (
        Tool(name="find_tools", description="Find the weather."),
        Tool(name="add", description="The sum of two numbers."),
    )
    folder = made(tmp_path, ToolSet(tools), "none")
    with pytest.raises(InputError, match="rename it"):
        ToolsOffer(load_tools(folder), Settings())
    renamed = made(tmp_path / "again", ToolSet(tools), [{"namespace": {}}, {"rename": {"style": "camel"}}])
    assert ToolsOffer(load_tools(renamed), Settings()).shown[-1].name == "find_tools"


@pytest.mark.parametrize(
    "options, told",
    [
        ([], "holds tools, which are served over MCP: give --mcp"),
        (["--mcp", "--tool", "x.yaml"], "--tool would do nothing for tools"),
        (["--mcp", "--log", "x.jsonl"], "--log would do nothing for tools"),
        (["--upstream", "stdio:x"], "give --mcp with it"),
        (["--mcp", "--upstream-env", "A"], "are for --upstream"),
    ],
)
def test_options_that_do_nothing_are_refused(desk, options, told):
    found = CliRunner().invoke(serve_command, [str(desk), *options])
    assert told in f"{found.output}{found.exception}"
    assert found.exit_code == 2 or found.exception.exit_code == 2


def test_an_upstream_is_for_tools(bundle):
    found = CliRunner().invoke(serve_command, [str(bundle), "--mcp", "--upstream", "stdio:x"])
    assert isinstance(found.exception, InputError) and "--upstream is for tools" in str(found.exception)
