"""A server as a process: it binds, serves, and ends in good order."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable
from types import FrameType

import uvicorn

from ragtune.errors import InputError
from ragtune.serving._guard import MAX_HEADER_BYTES
from ragtune.serving._protocol import guarded
from ragtune.serving._serving import Serving
from ragtune.serving._settings import Settings, check_reachable
from ragtune.serving._starting import Starting

BACKLOG = 128


def bind(settings: Settings) -> socket.socket:
    """The socket of a server, bound and not yet listening, so that a port in use is told before a model is loaded.

    Raises:
        InputError: the port is taken, the host is none of this machine's, or others can reach it and there is no token.
    """
    check_reachable(settings)
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        raise InputError(f"{settings.host} is no address of this machine: {error.strerror}") from error
    found = socket.socket(family, kind, protocol)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind(address)
    except OSError as error:
        found.close()
        raise InputError(
            f"{settings.host}:{settings.port} cannot be listened on ({error.strerror}); --port names another port, "
            "0 takes one that is free"
        ) from error
    return found


class _Server(uvicorn.Server):
    """Says when it takes requests, and that it does not any more as soon as it is told to end."""

    def __init__(self, config: uvicorn.Config, serving: Serving, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._serving, self._told = serving, started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._told()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._serving.workers.draining = True
        super().handle_exit(sig, frame)


def serve(serving: Serving, listening: socket.socket, started: Callable[[], None]) -> None:
    """Serve until SIGTERM or Ctrl-C, then finish what is in flight, within `shutdown_s`; a second Ctrl-C ends it at once.

    The event loop and the protocol are always the same two, so that what is tested is what runs. Addresses are those of the
    connections: X-Forwarded-For is what anybody may write. What keeps the app from starting is raised.
    """
    settings, app = serving.settings, Starting(serving.app)
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)  # one line for each broken request is a flood
    config = uvicorn.Config(
        app,
        http=guarded(settings, serving.metrics.refused),
        ws="none",
        loop="asyncio",
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=None,
        backlog=BACKLOG,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=max(1, round(settings.shutdown_s)),
        h11_max_incomplete_event_size=MAX_HEADER_BYTES,
    )
    for number in (signal.SIGTERM, signal.SIGINT):  # uvicorn raises them again when all is done, which is a good end
        signal.signal(number, lambda *_: None)
    server = _Server(config, serving, started)
    try:
        asyncio.run(server.serve([listening]))
    finally:
        if app.failed is not None:  # uvicorn exits without a reason then
            raise app.failed
    if not serving.workers.close():  # a thread cannot be ended, and Python would wait for it
        print("error: a retrieval was still running at the end", file=sys.stderr, flush=True)
        os._exit(1)
