"""What stands before an app: whom it is for, who asks, how often and how much. Plain ASGI, for REST and MCP alike."""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ragtune.serving._problems import problem
from ragtune.serving._rate import Rates
from ragtune.serving._settings import Settings

MAX_HEADER_BYTES = 16_384
OPEN_PATHS = ("/health", "/ready")
"""What a supervisor asks often and without a token."""


class Guard:
    """Refuses what is not for the app; what passes has its whole body in memory.

    In this order: another Host (421), another Origin (403), headers too big (431), two lengths (400), too often (429), no token
    (401), too big (413), too slow (408).

    A page of another origin could reach a server on loopback through the browser of whoever opens it, by its own name (DNS
    rebinding) or by a request that needs no leave (no-cors): hence Host and Origin, token or not.
    """

    def __init__(self, app: ASGIApp, settings: Settings, refused: Callable[[str], None]) -> None:
        self._app, self._settings, self._refused = app, settings, refused
        self._rates = Rates(settings.rate_per_s)
        self._expected = b"" if settings.token is None else settings.token.get_secret_value().encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._stranger(headers) or self._wordy(headers) or self._ambiguous(headers)
        if refusal is None and scope["path"] not in OPEN_PATHS:
            refusal = self._too_often(scope) or self._unknown(headers)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        body = await self._body(headers, receive)
        if body is None:
            return  # the client went away
        if isinstance(body, Response):
            await body(scope, receive, send)
            return
        await self._app(scope, _replayed(body, receive), send)

    def _stranger(self, headers: Headers) -> Response | None:
        host = headers.get("host", "")
        if _name(host) not in self._settings.hosts:
            return self._no(421, "host", "this server is not known by that name; --allow-host names one")
        origin, site = headers.get("origin"), headers.get("sec-fetch-site", "none")
        foreign = origin is not None and origin.partition("://")[2].lower() != host.lower()
        if foreign or site not in ("none", "same-origin"):
            return self._no(403, "origin", "pages of other origins are not answered")
        return None

    def _wordy(self, headers: Headers) -> Response | None:
        """h11 limits headers that come in pieces, and not those that come at once."""
        if sum(len(name) + len(value) for name, value in headers.raw) <= MAX_HEADER_BYTES:
            return None
        return self._no(431, "headers", f"headers have at most {MAX_HEADER_BYTES:,} bytes")

    def _ambiguous(self, headers: Headers) -> Response | None:
        """A proxy in front may take the other of the two for the end of the body, and what follows for another's request."""
        if "content-length" not in headers or "transfer-encoding" not in headers:
            return None
        return self._no(400, "length", "a body has a length or comes in chunks, not both", {"Connection": "close"})

    def _too_often(self, scope: Scope) -> Response | None:
        client = scope.get("client")
        wait_s = self._rates.wait_s(client[0] if client else "", time.monotonic())
        if not wait_s:
            return None
        return self._no(429, "rate", "too many requests; ask again later", {"Retry-After": str(wait_s)})

    def _unknown(self, headers: Headers) -> Response | None:
        if not self._expected:
            return None
        scheme, _, given = headers.get("authorization", "").partition(" ")
        same = hmac.compare_digest(given.strip().encode("latin-1"), self._expected)
        if same and scheme.lower() == "bearer":
            return None
        return self._no(401, "token", "send the token: Authorization: Bearer …", {"WWW-Authenticate": "Bearer"})

    async def _body(self, headers: Headers, receive: Receive) -> bytes | Response | None:
        """All of it; a refusal where it is too big or too slow, None where the client went away."""
        most = self._settings.max_body_bytes
        declared = headers.get("content-length", "0")
        if declared.isdigit() and int(declared) > most:
            return self._too_big()
        if declared == "0" and "transfer-encoding" not in headers:
            return b""
        found = bytearray()
        try:
            async with asyncio.timeout(self._settings.body_timeout_s):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return None
                    found += message.get("body", b"")
                    if len(found) > most:
                        return self._too_big()
                    if not message.get("more_body", False):
                        return bytes(found)
        except TimeoutError:
            return self._no(408, "slow", "the body did not come in time", {"Connection": "close"})

    def _too_big(self) -> Response:
        return self._no(413, "size", f"a body has at most {self._settings.max_body_bytes:,} bytes")

    def _no(self, status: int, why: str, detail: str, headers: dict[str, str] | None = None) -> Response:
        self._refused(why)
        return problem(status, detail, headers)


def _name(host: str) -> str:
    """The name in a Host header: without port and brackets, in small letters; empty where it is none."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _replayed(body: bytes, receive: Receive) -> Receive:
    """`receive` of a request whose body was read: first the body, then whatever comes, which is that the client went away."""
    told = False

    async def replay() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
