"""A tool set with its selector as a server: edited tools are shown, calls go on to the server of the originals."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Protocol

from mcp import types
from mcp.server.lowlevel import Server as McpServer

from ragtune.errors import InputError
from ragtune.mcp_client import Server
from ragtune.serving._mcp import failed
from ragtune.serving._serving import workers_for
from ragtune.serving._settings import Settings
from ragtune.serving._upstream import Upstream
from ragtune.toolformats.mcp import Mcp
from ragtune.tools import Call, Tool

FIND = "find_tools"
MAX_QUERY = 10_000


class ToolDesk(Protocol):
    """What a server needs of a tuned tool set."""

    @property
    def tools(self) -> Sequence[Tool]:
        """All of them, as a model is shown them."""
        ...

    @property
    def originals(self) -> Mapping[str, Tool]:
        """By id, the tools that calls end at."""
        ...

    def select(self, query: str) -> Sequence[Tool]:
        """Those that a model would be shown for a query, in that order."""
        ...

    def call(self, tool: Tool, arguments: Mapping[str, Any]) -> Call:
        """A call of a shown tool as a call of the original; InputError where it is none."""
        ...


def find_tool() -> Tool:
    """The selector as a tool."""
    query = {"type": "string", "maxLength": MAX_QUERY, "description": "What is to be done, in plain words."}
    listed = {"type": "array", "items": {"type": "object"}}
    return Tool(
        id=f"ragtune/{FIND}",
        name=FIND,
        title="Find tools",
        description="Find the tools that fit a task. Returns their definitions; call them by name.",
        input_schema={
            "type": "object",
            "properties": {"query": query},
            "required": ["query"],
            "additionalProperties": False,
        },
        output_schema={"type": "object", "properties": {"tools": listed}, "required": ["tools"]},
        annotations={"readOnlyHint": True, "openWorldHint": False},
    )


class ToolsOffer:
    """The tools of a set, and one that finds among them. Without an upstream no tool can be called but that."""

    def __init__(self, desk: ToolDesk, settings: Settings, upstream: Server | None = None) -> None:
        if any(tool.name == FIND for tool in desk.tools):
            raise InputError(f"a tool of the set is named {FIND}, as the one that finds tools; rename it by an edit")
        self.name = "ragtune-tools"
        self.instructions = f"{FIND} finds the tools that fit a task."
        self.workers = workers_for(settings)
        self._desk = desk
        self._upstream = Upstream(upstream) if upstream is not None else None
        self.shown: Sequence[Tool] = [*desk.tools, find_tool()]
        self._records = dict(zip((tool.id for tool in self.shown), Mcp().write(self.shown)[0]["tools"], strict=True))

    @asynccontextmanager
    async def lifespan(self, _: McpServer[Any]) -> AsyncIterator[None]:
        """The connection to the upstream."""
        if self._upstream is None:
            yield
            return
        async with self._upstream.held():
            yield

    async def call(self, tool: Tool, arguments: Mapping[str, Any]) -> types.CallToolResult:
        """What the selector or the original gives."""
        if tool.name == FIND:
            return await self._found(str(arguments["query"]))
        try:
            call = self._desk.call(tool, arguments)
        except InputError as error:
            return failed(str(error))
        if self._upstream is None:
            return failed("no server of the originals was named, so that tools can be found here and not called")
        return await self._upstream.call(self._desk.originals[call.tool].name, call.arguments)

    async def _found(self, query: str) -> types.CallToolResult:
        found = await self.workers.run(partial(self._desk.select, query))
        records = [self._records[tool.id] for tool in found]  # named as they are listed, also where names are alike
        text = "\n".join(f"{record['name']}: {record.get('description', '')}" for record in records) or "no tool fits"
        return types.CallToolResult(
            content=[types.TextContent(type="text", text=text)], structured_content={"tools": records}
        )
