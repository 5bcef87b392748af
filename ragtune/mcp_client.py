"""Live MCP servers: their tools as a tool set, and calls of them through its adapters. Uses the official SDK.

Only the server that is named is spoken to; everything has a time limit; a server that was started is ended.
"""

from __future__ import annotations

import logging
import os
import shlex
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

from ragtune.errors import InputError, MissingModelError, RagtuneError, StepError
from ragtune.toolformats._json_tools import Parsed
from ragtune.toolformats.mcp import Mcp
from ragtune.tools import Tool, ToolSet

if TYPE_CHECKING:
    from mcp import Client
    from mcp.client._transport import Transport

MAX_PAGES = 200
MAX_TOOLS = 10_000
MAX_BYTES = 20_000_000
_T = TypeVar("_T")


@dataclass(frozen=True)
class Server:
    """An MCP server: a command that is started (stdio), or an address (streamable HTTP).

    `environment` names variables that a started command sees besides the few that the SDK passes on; `token_from` names
    the one that holds the bearer token of an address. `timeout_s` is for everything together.
    """

    command: tuple[str, ...] = ()
    url: str = ""
    environment: tuple[str, ...] = ()
    token_from: str = ""
    timeout_s: float = 30

    def __str__(self) -> str:
        return self.url or shlex.join(self.command)


@dataclass(frozen=True)
class Result:
    """What a call came to: its texts, its structured value, and whether the tool says that it failed."""

    text: str
    structured: Any
    failed: bool


def is_server(source: str) -> bool:
    """Whether a source names a server: `stdio:COMMAND …` or `http(s)://…`."""
    return source.startswith(("stdio:", "http://", "https://"))


def parse_server(
    source: str, *, environment: tuple[str, ...] = (), token_from: str = "", timeout_s: float = 30
) -> Server:
    """The server that a source names; InputError where it names none."""
    if source.startswith("stdio:"):
        try:
            command = tuple(shlex.split(source.removeprefix("stdio:")))
        except ValueError as error:
            raise InputError(f"{source}: {error}") from error
        if not command:
            raise InputError("stdio: names no command: write stdio:COMMAND ARGUMENTS")
        return Server(command=command, environment=environment, timeout_s=timeout_s)
    if not is_server(source):
        raise InputError(f"{source}: a server is stdio:COMMAND ARGUMENTS, or an address that begins with http")
    return Server(url=source, token_from=token_from, timeout_s=timeout_s)


def import_tools(server: Server) -> Parsed:
    """The tools that a server lists, and what of them a tool has no place for."""
    return _run(server, list_tools)


def call_tool(server: Server, toolset: ToolSet, id: str, arguments: Mapping[str, Any]) -> Result:
    """Call one of the tools of a set, by its id and with arguments as it shows them, on the server it came from."""

    async def called(client: Client) -> Result:
        return await call_on(client, toolset, id, arguments)

    return _run(server, called)


async def list_tools(client: Client) -> Parsed:
    """All pages of `tools/list`."""
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    for _ in range(MAX_PAGES):
        page = await client.list_tools(cursor=cursor)
        found += [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in page.tools]
        cursor = page.next_cursor
        if cursor is None or len(found) > MAX_TOOLS:
            break
    if len(found) > MAX_TOOLS or cursor is not None:
        raise InputError(f"the server lists more than {MAX_TOOLS:,} tools, or more than {MAX_PAGES} pages")
    info = client.server_info
    parsed = Mcp().parse({"tools": found})
    return parsed._replace(tools=_from(parsed.tools, info.name if info is not None else ""))


async def call_on(client: Client, toolset: ToolSet, id: str, arguments: Mapping[str, Any]) -> Result:
    """The same over a connection that is there: the adapter of the tool says what is called, and with what."""
    call = toolset.original_call(id, arguments)
    if call.invalid:
        raise InputError(f"{id}: no original tool is meant by {call.invalid}")
    answer = await client.call_tool(call.tool, call.arguments)
    text = "\n".join(block.text for block in answer.content if block.type == "text")
    return Result(text, answer.structured_content, answer.is_error)


@asynccontextmanager
async def connected(server: Server) -> AsyncIterator[Client]:
    """A client of the server; it is ended, and its process with it, on the way out."""
    client = _sdk()
    with _quiet(), tempfile.TemporaryFile("w+") as log:
        try:
            async with client(_transport(server, log), read_timeout_seconds=server.timeout_s, cache=None) as found:
                yield found
        except BaseException as error:
            told = _told(server, error, log)
            if told is None:
                raise
            raise told from error


def _run(server: Server, work: Callable[[Client], Awaitable[_T]]) -> _T:
    import anyio

    _sdk()

    async def within() -> _T:
        with anyio.fail_after(server.timeout_s):
            async with connected(server) as client:
                return await work(client)

    try:
        return anyio.run(within)
    except TimeoutError as error:
        raise StepError(f"{server}: no answer within {server.timeout_s:g} s") from error


def _sdk() -> type[Client]:
    try:
        from mcp import Client
    except ImportError as error:
        raise MissingModelError("MCP servers need the official SDK: pip install 'ragtune[mcp]'") from error
    return Client


def _transport(server: Server, log: TextIO) -> Transport:
    """The SDK's transport, with what we know of the environment."""
    from mcp.client.stdio import StdioServerParameters, stdio_client

    if server.command:
        seen = {name: _variable(name) for name in server.environment}
        command, *arguments = server.command
        return stdio_client(StdioServerParameters(command=command, args=arguments, env=seen), errlog=log)
    return _http(server)


@asynccontextmanager
async def _http(server: Server) -> AsyncIterator[Any]:
    import httpx2
    from mcp.client.streamable_http import streamable_http_client

    async def small(response: httpx2.Response) -> None:
        if int(response.headers.get("content-length", 0)) > MAX_BYTES:
            raise InputError(f"{server.url}: an answer of more than {MAX_BYTES:,} bytes")

    headers = {"Authorization": f"Bearer {_variable(server.token_from)}"} if server.token_from else {}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=server.timeout_s, event_hooks={"response": [small]}) as http,
        streamable_http_client(server.url, http_client=http, max_sse_event_size=MAX_BYTES) as streams,
    ):
        yield streams


def _variable(name: str) -> str:
    value = os.environ.get(name)
    if value is None:
        raise InputError(f"the environment has no variable {name}")
    return value


def _told(server: Server, error: BaseException, log: TextIO) -> RagtuneError | None:
    """What went wrong, as an error of ours; None where it is not for us to tell (cancelled, interrupted)."""
    inner = error
    while isinstance(inner, BaseExceptionGroup):
        inner = next((one for one in inner.exceptions if isinstance(one, RagtuneError)), inner.exceptions[0])
    if isinstance(inner, RagtuneError):
        return inner
    if not isinstance(inner, Exception):
        return None
    if isinstance(inner, FileNotFoundError | PermissionError) and server.command:
        return InputError(f"cannot start {server.command[0]}: {inner.strerror}")
    log.seek(0)
    said = log.read(100_000).strip().splitlines()
    tail = f" (it said: {said[-1][:300]})" if said else ""
    return StepError(f"{server}: {type(inner).__name__}: {str(inner)[:300] or 'no reason given'}{tail}")


@contextmanager
def _quiet() -> Iterator[None]:
    """The SDK logs every broken line with its trace; errors of ours say what matters."""
    loggers = [logging.getLogger(name) for name in ("mcp", "client", "httpx2")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _from(tools: ToolSet, name: str) -> ToolSet:
    """The same tools; each says which server it is of."""
    named: list[Tool] = [tool.model_copy(update={"server": name}) for tool in tools.tools]
    return tools.with_tools(named)
