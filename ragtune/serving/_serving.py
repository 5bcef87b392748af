"""An app behind its guard, and the questions that any server answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from ragtune.serving._guard import Guard
from ragtune.serving._metrics import MEDIA_TYPE, Metrics
from ragtune.serving._models import State
from ragtune.serving._problems import problem
from ragtune.serving._settings import Settings
from ragtune.serving._workers import Workers


@dataclass(frozen=True)
class Serving:
    """An ASGI app with what the process that serves it looks after."""

    app: ASGIApp
    settings: Settings
    workers: Workers
    metrics: Metrics

    @classmethod
    def of(cls, app: ASGIApp, settings: Settings, workers: Workers, metrics: Metrics) -> Serving:
        """An app behind its guard, with what the guard refuses counted."""
        return cls(metrics.around(Guard(app, settings, metrics.refused)), settings, workers, metrics)


def workers_for(settings: Settings) -> Workers:
    """As many as the settings say."""
    return Workers(settings.workers, patience=settings.patience, timeout_s=settings.work_timeout_s)


def states(workers: Workers, metrics: Metrics) -> dict[str, Callable[[Request], Awaitable[Response]]]:
    """Path -> what it answers to GET: alive; takes requests; Prometheus' text."""

    async def health(_: Request) -> Response:
        return Response(State(status="alive").model_dump_json(), media_type="application/json")

    async def ready(_: Request) -> Response:
        if workers.draining:
            return problem(503, "the server is ending", {"Retry-After": "1"})
        return Response(State(status="ready").model_dump_json(), media_type="application/json")

    async def told(_: Request) -> Response:
        return Response(metrics.text(), headers={"Content-Type": MEDIA_TYPE})

    return {"/health": health, "/ready": ready, "/metrics": told}
