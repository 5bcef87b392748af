"""Kept connections to one address: one request and its whole reply, streamed or not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ragtune.endpoint import _failures
from ragtune.endpoint._replies import read_json
from ragtune.endpoint._stream import Streamed

if TYPE_CHECKING:
    import httpx

_MESSAGE_CHARACTERS = 300
_STREAM = "text/event-stream"
JSON = "application/json"


@dataclass(frozen=True)
class Line:
    """An address, its share of the requests, and the key that it is sent."""

    base_url: str
    weight: float = 1.0
    key_name: str = ""
    key: str = field(default="", repr=False)


@dataclass(frozen=True)
class Message:
    """What is sent: `path` is below the address, `kind` what it holds; JSON is answered by a JSON object."""

    path: str
    content: bytes | None = None
    method: str = "POST"
    kind: str = JSON


@dataclass(frozen=True)
class Sent:
    """What came back, and when: seconds from sending to the first token, where it was streamed, and to the end."""

    status: int
    headers: Mapping[str, str]
    data: bytes
    reply: dict[str, Any]
    seconds: float
    first_token_seconds: float | None = None


class Transport:
    """Sends to one address; opens no connection before the first request.

    Connections that nobody uses are kept, and the one used last is taken first. Each is a pool of its own to httpx, which
    looks at all connections of a pool for every request.
    """

    def __init__(self, line: Line) -> None:
        import httpx

        self.line = line
        self._ssl = httpx.create_ssl_context()
        self._free: list[httpx.AsyncClient] = []

    @property
    def weight(self) -> float:
        """Its share of the requests."""
        return self.line.weight

    async def aclose(self) -> None:
        """Let go of the connections."""
        while self._free:
            await self._free.pop().aclose()

    async def send(self, message: Message, seconds: float) -> Sent:
        """One request and its whole reply within so many seconds, however slowly it drips."""
        import httpx

        url, headers = f"{self.line.base_url}/{message.path}", {"Content-Type": message.kind}
        missed = "did not answer"
        http = self._free.pop() if self._free else self._connection()
        try:
            async with asyncio.timeout(max(seconds, 1e-3)):
                began = time.perf_counter()
                async with http.stream(message.method, url, content=message.content, headers=headers) as reply:
                    missed = "did not finish its reply"
                    return await self._read(reply, began)
        except TimeoutError:
            raise _failures.lost(f"{missed} within {seconds:.3g} s") from None
        except httpx.ConnectError as error:
            raise _failures.unreachable(self.safe(str(error))) from None
        except httpx.RequestError as error:
            what = self.safe(str(error)) or "the connection was cut"
            raise _failures.lost(f"broke off ({type(error).__name__}: {what})") from None
        finally:
            self._free.append(http)

    def _connection(self) -> httpx.AsyncClient:
        import httpx

        host = urlsplit(self.line.base_url).hostname
        return httpx.AsyncClient(
            headers={"Authorization": f"Bearer {self.line.key}"} if self.line.key else {},
            trust_env=host not in ("localhost", "127.0.0.1", "::1"),  # a proxy is for what is elsewhere
            timeout=None,
            verify=self._ssl,
        )

    async def _read(self, reply: httpx.Response, began: float) -> Sent:
        body, first, streamed = bytearray(), None, None
        if reply.is_success and reply.headers.get("content-type", "").startswith(_STREAM):
            streamed = Streamed()
        async for part in reply.aiter_bytes():
            if streamed is None:
                body += part
            else:
                self._feed(streamed, part)
                if first is None and streamed.begun:
                    first = time.perf_counter() - began
        took = time.perf_counter() - began
        data = bytes(body)
        whole = read_json(data) or {} if streamed is None else self._feed(streamed, None)
        return Sent(reply.status_code, reply.headers, data, whole, took, first)

    def _feed(self, streamed: Streamed, part: bytes | None) -> dict[str, Any]:
        """The next part, or the whole at the end; what is said of a fault never holds the key."""
        try:
            return streamed.reply() if part is None else streamed.feed(part)
        except _failures.TryError as failure:
            raise _failures.lost(self.safe(str(failure))) from None

    def masked(self, text: str) -> str:
        """Without the key."""
        return text.replace(self.line.key, "[key]") if self.line.key else text

    def safe(self, text: str) -> str:
        """One short line without the key; cut after the key is out, lest half of it stays."""
        text = " ".join(self.masked(text).split())
        return text if len(text) <= _MESSAGE_CHARACTERS else text[: _MESSAGE_CHARACTERS - 1] + "…"
