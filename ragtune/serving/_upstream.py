"""The server that a tool set's originals are on, over one connection that is made again when it breaks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import anyio
from anyio.abc import TaskGroup, TaskStatus
from mcp import Client, MCPError, types

from ragtune.errors import RagtuneError, StepError
from ragtune.mcp_client import Server, connected


class Upstream:
    """Calls on another MCP server. A call that failed is not made again: what it did is not known."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._client: Client | None = None
        self._lock = anyio.Lock()
        self._over = anyio.Event()
        self._tasks: TaskGroup | None = None

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """The time in which calls may be made; a server that cannot be reached is told at once."""
        async with anyio.create_task_group() as self._tasks:
            await self._connect()
            yield
            self._over.set()

    async def call(self, name: str, arguments: Mapping[str, Any]) -> types.CallToolResult:
        """What the original gives.

        Raises:
            StepError: the server is gone, or took too long.
        """
        client = await self._connect()
        try:
            with anyio.fail_after(self._server.timeout_s):
                return await client.call_tool(name, dict(arguments))
        except MCPError as error:
            if error.code in (types.CONNECTION_CLOSED, types.REQUEST_TIMEOUT):
                self._drop(client)
            raise StepError(f"{self._server}: {error.message[:300]}") from error
        except TimeoutError as error:
            self._drop(client)
            raise StepError(f"{self._server}: no answer within {self._server.timeout_s:g} s") from error
        except (anyio.ClosedResourceError, anyio.BrokenResourceError, OSError) as error:
            self._drop(client)
            raise StepError(f"{self._server}: the connection broke") from error

    async def _connect(self) -> Client:
        async with self._lock:
            if self._client is None:
                assert self._tasks is not None, "calls are made within `held`"
                self._over = anyio.Event()
                failed = await self._tasks.start(self._hold, self._over)
                if failed is not None:
                    raise failed
            assert self._client is not None
            return self._client

    def _drop(self, client: Client) -> None:
        """Make the next call connect anew, unless another call saw to that already."""
        if self._client is client:
            self._client = None
            self._over.set()

    async def _hold(self, over: anyio.Event, *, task_status: TaskStatus[RagtuneError | None]) -> None:
        """A connection is entered and left by one task, as the SDK wants it; this one lives as long as it."""
        said = False
        try:
            with anyio.CancelScope() as limit:
                limit.deadline = anyio.current_time() + self._server.timeout_s
                async with connected(self._server) as client:
                    limit.deadline = float("inf")
                    self._client = client
                    said = True
                    task_status.started(None)
                    await over.wait()
        except RagtuneError as error:
            if not said:
                said = True
                task_status.started(error)
        if not said:
            task_status.started(StepError(f"{self._server}: no answer within {self._server.timeout_s:g} s"))
