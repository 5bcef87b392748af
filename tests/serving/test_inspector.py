"""The MCP server, driven by the command line of the npm MCP Inspector, which npx fetches where it is not at hand.

https://modelcontextprotocol.io/docs/2026-07-28/tools/inspector/cli
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest

from tests.serving.conftest import ROOT, TOKEN, serving

PACKAGES = ("node@22", "@modelcontextprotocol/inspector@2.12.0")
"""With the Node that it needs, whatever the machine's own is."""


@pytest.fixture(scope="module")
def over_http(bundle):
    with serving(bundle, "--mcp", "--transport", "http", "--token-env", "TOKEN_OF_TESTS") as (_, address):
        yield ["--transport", "http", "--header", f"Authorization: Bearer {TOKEN}"], [f"{address}/mcp"]


@pytest.fixture(params=["stdio", "http"])
def server(request, bundle):
    """(flags, what to connect to)."""
    if request.param == "http":
        return request.getfixturevalue("over_http")
    return [], [sys.executable, "-m", "ragtune", "serve", str(bundle), "--mcp"]


@pytest.fixture(params=["legacy", "modern"])
def inspect(request, server):
    """(exit code, standard output, standard error) of a method, in the protocol with a handshake and in that without."""
    if shutil.which("npx") is None:
        pytest.skip("npx is not on this machine")
    flags, target = server
    packages = [part for name in PACKAGES for part in ("--package", name)]
    command = ["npx", "--yes", *packages, "mcp-inspector", "--cli", "--quiet", "--protocol-era", request.param, *flags]

    def run(*method):
        found = subprocess.run(
            [*command, *method, "--", *target], cwd=ROOT, capture_output=True, text=True, timeout=300
        )
        return found.returncode, found.stdout, found.stderr

    return run


@pytest.mark.torture
def test_the_inspector_lists_and_calls(inspect):
    code, listed, said = inspect("--method", "tools/list", "--strict")  # 6 where a client may not like a schema
    assert code == 0, said
    assert [tool["name"] for tool in json.loads(listed)["tools"]] == ["search_documents"]
    call = ("--method", "tools/call", "--tool-name", "search_documents", "--tool-arg")
    code, called, said = inspect(*call, "query=honey", "k=2")
    assert code == 0, said
    assert json.loads(called)["structuredContent"]["passages"][0]["document"] == "bee"
    code, called, said = inspect(*call, "query=honey", "k=0")
    assert code != 0 and "minimum" in called + said
