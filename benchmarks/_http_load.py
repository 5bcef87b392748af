"""A light HTTP client and what it asks of a server: valid requests, and hostile ones with what must come of them."""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from dataclasses import dataclass, field

GONE = 0
"""The status of a connection that the server ended without an answer."""
SILENT = -1
"""The status of one that the server neither answered nor ended."""
LONGEST_S = 20.0


@dataclass(frozen=True)
class Hostile:
    """A request that must be refused: its bytes, and the answers that do so."""

    name: str
    request: bytes
    refusals: tuple[int, ...]


@dataclass
class Client:
    """Asks a server over connections that are kept; `address` is (host, port)."""

    address: tuple[str, int]
    token: str
    _idle: deque[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = field(default_factory=deque)

    def request(self, body: bytes, path: str = "/retrieve", method: str = "POST", **headers: str | None) -> bytes:
        """The bytes of a request; a header that is None is left out."""
        said: dict[str, str | None] = {
            "Host": f"{self.address[0]}:{self.address[1]}",
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        lines = [f"{name}: {value}" for name, value in said.items() if value is not None]
        return "\r\n".join([f"{method} {path} HTTP/1.1", *lines, "", ""]).encode() + body

    def query(self, text: str, k: int = 5) -> bytes:
        """A valid request."""
        return self.request(json.dumps({"query": text, "k": k}).encode())

    async def ask(self, request: bytes, *, fresh: bool = False) -> tuple[int, float]:
        """Status and milliseconds."""
        began = time.perf_counter()
        kept = not fresh and bool(self._idle)
        reader, writer = self._idle.popleft() if kept else await asyncio.open_connection(*self.address)
        try:
            async with asyncio.timeout(LONGEST_S):
                writer.write(request)
                await writer.drain()
                status = await self._answer(reader, writer, keep=not fresh)
        except TimeoutError:
            writer.close()
            status = SILENT
        except (ConnectionError, asyncio.IncompleteReadError):
            writer.close()
            if kept:  # the server had ended it in the meantime
                return await self.ask(request, fresh=fresh)
            status = GONE
        return status, (time.perf_counter() - began) * 1000

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, keep: bool) -> int:
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = head.partition(b"content-length: ")[2].partition(b"\r")[0]
        await reader.readexactly(int(length or 0))
        if keep and b"connection: close" not in head:
            self._idle.append((reader, writer))
        else:
            writer.close()
        return int(head[9:12])

    async def ask_slowly(self, seconds: float) -> int:
        """A body that comes a byte at a time: the status, or GONE."""
        reader, writer = await asyncio.open_connection(*self.address)
        try:
            writer.write(self.request(b"", Content_Length="1000"))
            until = time.monotonic() + seconds
            while time.monotonic() < until and not reader.at_eof():
                writer.write(b"x")
                await writer.drain()
                try:
                    async with asyncio.timeout(1):
                        return int((await reader.readuntil(b"\r\n\r\n"))[9:12])
                except TimeoutError:
                    continue
        except (ConnectionError, asyncio.IncompleteReadError):
            return GONE
        finally:
            writer.close()
        return SILENT

    async def ask_hugely(self, size: int) -> int:
        """A body of that many bytes, in chunks, so that its length is not said: the status, or GONE."""
        reader, writer = await asyncio.open_connection(*self.address)
        head = self.request(b"", Content_Length=None, Transfer_Encoding="chunked")
        chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
        try:
            writer.write(head)
            for _ in range(size // 0x10000):
                writer.write(chunk)
                await writer.drain()
                if reader.at_eof():
                    break
        except ConnectionError:
            pass  # refused while it was sent; the answer may still be there
        try:
            async with asyncio.timeout(10):
                return int((await reader.readuntil(b"\r\n\r\n"))[9:12])
        except (ConnectionError, asyncio.IncompleteReadError):
            return GONE
        finally:
            writer.close()


def hostile(client: Client) -> list[Hostile]:
    """Small ones of each kind; slow and huge bodies have methods of their own."""
    body = json.dumps({"query": "x"}).encode()
    deep = b"[" * 100_000
    return [
        Hostile("wrong host", client.request(body, Host="evil.example"), (421,)),
        Hostile("cross origin", client.request(body, Origin="https://evil.example"), (403,)),
        Hostile("broken origin", client.request(body, Origin="http://["), (403,)),
        Hostile("no token", client.request(body, Authorization=None), (401,)),
        Hostile("wrong token", client.request(body, Authorization="Bearer x"), (401,)),
        Hostile("100 MB declared", client.request(b"x", Content_Length="100000000"), (413,)),
        Hostile("no JSON", client.request(b'{"query": '), (400, 422)),
        Hostile("deep JSON", client.request(deep), (400, 422)),
        Hostile("form", client.request(body, Content_Type="application/x-www-form-urlencoded"), (415,)),
        Hostile("wrong type", client.request(b'{"query": 1}'), (422,)),
        Hostile("half a character", client.request(b'{"query": "\\ud800"}'), (422,)),
        Hostile("too long", client.request(json.dumps({"query": "x" * 20_000}).encode()), (422,)),
        Hostile("too many", client.request(json.dumps({"query": "x", "k": 10**9}).encode()), (422,)),
        Hostile("no such path", client.request(body, "/../../etc/passwd"), (404,)),
        Hostile("wrong method", client.request(body, method="DELETE"), (405,)),
        Hostile("no HTTP", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n", (400,)),
        Hostile("length and chunks", client.request(body, Transfer_Encoding="chunked"), (400,)),
        Hostile("two lengths", client.request(body, content_length="3"), (400,)),
        Hostile("huge header", client.request(body, X_Padding="x" * 60_000), (400, 431, GONE)),
    ]
