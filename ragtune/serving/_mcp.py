"""The MCP server: what it lists and answers comes from an offer. Uses the official SDK.

Wrong arguments are a tool's result, for the model to read and try again, and not an error of the protocol
(https://modelcontextprotocol.io/specification/2026-07-28/server/tools#error-handling).
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from importlib.metadata import version
from typing import Any, Protocol

import anyio
from mcp import MCPError, types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.server.transport_security import TransportSecuritySettings
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from ragtune.errors import RagtuneError
from ragtune.serving._metrics import Metrics
from ragtune.serving._problems import problem
from ragtune.serving._serving import Serving, states
from ragtune.serving._settings import Settings
from ragtune.serving._starting import first_of
from ragtune.serving._workers import BusyError, SlowError, Workers
from ragtune.toolformats.mcp import Mcp
from ragtune.tools import Tool, validator, wrong_arguments

ENDPOINT = "/mcp"
PATHS = (ENDPOINT, "/health", "/ready", "/metrics")
log = logging.getLogger("ragtune.serving")


class Offer(Protocol):
    """Tools, and what a call of one comes to."""

    name: str
    instructions: str
    workers: Workers

    @property
    def shown(self) -> Sequence[Tool]:
        """The tools as they are listed."""
        ...

    def lifespan(self, server: Server[Any]) -> AbstractAsyncContextManager[Any]:
        """What is held while the server runs."""
        ...

    async def call(self, tool: Tool, arguments: Mapping[str, Any]) -> types.CallToolResult:
        """A call of one of `shown`; its arguments are right by its schema."""
        ...


def mcp_server(offer: Offer) -> Server[Any]:
    """The SDK's server over an offer."""
    records = Mcp().write(offer.shown)[0]["tools"]
    listed = [types.Tool.model_validate(record) for record in records]
    known = {one.name: (tool, validator(one.input_schema)) for one, tool in zip(listed, offer.shown, strict=True)}

    async def list_tools(_: Any, __: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        return types.ListToolsResult(tools=listed)

    async def call_tool(_: Any, asked: types.CallToolRequestParams) -> types.CallToolResult:
        if asked.name not in known:
            raise MCPError(types.INVALID_PARAMS, f"there is no tool {asked.name[:100]!r}")
        tool, checks = known[asked.name]
        arguments = asked.arguments or {}
        faults = wrong_arguments(checks, arguments)
        return failed("\n".join(faults)) if faults else await _answered(offer, tool, arguments)

    return Server(
        offer.name,
        version=version("ragtune"),
        instructions=offer.instructions or None,
        lifespan=offer.lifespan,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def failed(text: str) -> types.CallToolResult:
    """A call that came to nothing, and why."""
    return types.CallToolResult(content=[types.TextContent(type="text", text=text)], is_error=True)


async def _answered(offer: Offer, tool: Tool, arguments: Mapping[str, Any]) -> types.CallToolResult:
    try:
        return await offer.call(tool, arguments)
    except BusyError:
        return failed("the server is busy; call again in a second")
    except SlowError:
        return failed("this took too long and was given up")
    except RagtuneError as error:
        log.error("%s: %s", tool.name, error)
        return failed(f"{tool.name} failed: {error}")


def mcp_serving(offer: Offer, settings: Settings) -> Serving:
    """The server as an ASGI app behind the guard: streamable HTTP, JSON answers, no sessions.

    Nothing is sent but answers, so GET, which would open a stream, is not allowed.
    """
    metrics = Metrics(PATHS, lambda: offer.workers.busy)
    routes = [Route(path, answer, methods=["GET"]) for path, answer in states(offer.workers, metrics).items()]
    app = mcp_server(offer).streamable_http_app(
        streamable_http_path=ENDPOINT,
        json_response=True,
        stateless_http=True,
        max_request_body_size=settings.max_body_bytes,
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),  # the guard does it
        custom_starlette_routes=routes,
    )
    return Serving.of(_only_post(app), settings, offer.workers, metrics)


def serve_stdio(make: Callable[[], Offer]) -> None:
    """Serve on standard input and output until input ends.

    What loading and retrieving print goes to standard error: the SDK diverts standard output while it serves, which is why
    `make`, which loads, is called inside.
    """

    async def within() -> None:
        async with stdio_server() as (read, write):
            offer = await anyio.to_thread.run_sync(make)
            server = mcp_server(offer)
            await server.run(read, write, server.create_initialization_options())

    try:
        anyio.run(within)
    except BaseExceptionGroup as group:
        raise first_of(group) from group
    sys.stdout.flush()


def _only_post(app: ASGIApp) -> ASGIApp:
    async def posted(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == ENDPOINT and scope["method"] != "POST":
            await problem(405, "this server only answers", {"Allow": "POST"})(scope, receive, send)
            return
        await app(scope, receive, send)

    return posted
