"""HTTP/1.1 as uvicorn speaks it by h11, with the limits that it leaves to a proxy."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from ragtune.serving._settings import Settings

FULL = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
LINGER_S = 2.0


def guarded(settings: Settings, refused: Callable[[str], None]) -> type[H11Protocol]:
    """The protocol with a limit on connections, and on how long headers may take to come and an answer to be read.

    A body that nobody reads, as its request was refused before it had come, is thrown away for `LINGER_S`; then the
    connection ends. It is not ended at once, since a client that is still sending may then never see the refusal.
    """

    class Guarded(H11Protocol):
        def __init__(self, *arguments: Any, **named: Any) -> None:
            super().__init__(*arguments, **named)
            self._timers: dict[str, asyncio.TimerHandle] = {}

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            if len(self.connections) > settings.max_connections:
                refused("connections")
                transport.write(FULL)
                transport.close()
                return
            self._await_headers()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            if self.conn.their_state is h11.IDLE:
                self._await_headers()
            else:
                self._stop("header")

        def on_response_complete(self) -> None:
            self._stop("linger")
            if self.conn.their_state is h11.SEND_BODY and not self.transport.is_closing():
                self._start("linger", LINGER_S, self._end_unread)
            super().on_response_complete()

        def pause_writing(self) -> None:
            super().pause_writing()
            self._start("send", settings.send_timeout_s, lambda: self._end("reader"))

        def resume_writing(self) -> None:
            super().resume_writing()
            self._stop("send")

        def connection_lost(self, exc: Exception | None) -> None:
            for name in list(self._timers):
                self._stop(name)
            super().connection_lost(exc)

        def _await_headers(self) -> None:
            """From the first byte, or from the start: one that drips does not buy time."""
            if "header" not in self._timers:
                self._start("header", settings.header_timeout_s, lambda: self._end("headers"))

        def _start(self, name: str, seconds: float, then: Callable[[], None]) -> None:
            self._timers[name] = self.loop.call_later(seconds, then)

        def _stop(self, name: str) -> None:
            timer = self._timers.pop(name, None)
            if timer is not None:
                timer.cancel()

        def _end_unread(self) -> None:
            if self.conn.their_state is h11.SEND_BODY and self.conn.our_state is h11.DONE:
                self.transport.abort()

        def _end(self, why: str) -> None:
            refused(why)
            self.transport.abort()

    return Guarded
