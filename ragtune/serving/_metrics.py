"""What Prometheus is told: https://prometheus.io/docs/practices/naming/."""

from __future__ import annotations

import time
from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
MEDIA_TYPE = CONTENT_TYPE_PLAIN_0_0_4


class Metrics:
    """Counters in a registry of their own, so that two servers in a process do not meet.

    Labels are a path that the app has (or `other`), a status and a reason out of a fixed few: what clients send names none.
    """

    def __init__(self, paths: tuple[str, ...], busy: Callable[[], int]) -> None:
        self._paths = paths
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "ragtune_requests", "Answers, refusals too.", ("path", "status"), registry=self._registry
        )
        self._refused = Counter(
            "ragtune_refused", "Requests that were turned away.", ("reason",), registry=self._registry
        )
        self._seconds = Histogram(
            "ragtune_request_seconds",
            "From request line to last byte, of answers with status 200.",
            ("path",),
            buckets=SECONDS,
            registry=self._registry,
        )
        Gauge("ragtune_busy_workers", "Retrievals that run now.", registry=self._registry).set_function(busy)
        ProcessCollector(registry=self._registry)

    def refused(self, reason: str) -> None:
        """Count a refusal."""
        self._refused.labels(reason).inc()

    def text(self) -> bytes:
        """As Prometheus reads it."""
        return generate_latest(self._registry)

    def around(self, app: ASGIApp) -> ASGIApp:
        """The same app, with its answers counted."""

        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            path = scope["path"] if scope["path"] in self._paths else "other"
            began, status = time.perf_counter(), 0

            async def watched(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                await send(message)

            try:
                await app(scope, receive, watched)
            finally:
                if status:
                    self._requests.labels(path, str(status)).inc()
                if status == 200:
                    self._seconds.labels(path).observe(time.perf_counter() - began)

        return counted
