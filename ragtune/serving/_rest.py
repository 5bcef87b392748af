"""The REST app."""

from __future__ import annotations

from importlib.metadata import version
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, create_model
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response

from ragtune.errors import RagtuneError
from ragtune.serving._metrics import Metrics
from ragtune.serving._models import Packed, Ranked, Retrieves, Served, State, ask_model
from ragtune.serving._openapi import described
from ragtune.serving._problems import problem
from ragtune.serving._retrieving import Retrieving, log
from ragtune.serving._serving import Serving, states, workers_for
from ragtune.serving._settings import Settings
from ragtune.serving._workers import BusyError, SlowError

PATHS = ("/retrieve", "/context", "/health", "/ready", "/metrics", "/openapi.json")
"""Labels of the metrics; a test holds them equal to the routes."""
STRICT = ConfigDict(extra="forbid", strict=True, frozen=True)


def rest_serving(retriever: Retrieves, settings: Settings, served: Served | None = None) -> Serving:
    """The REST app of a retriever behind its guard."""
    workers = workers_for(settings)
    metrics = Metrics(PATHS, lambda: workers.busy)
    app = FastAPI(
        title="ragtune",
        version=version("ragtune"),
        description="A tuned retriever.",
        docs_url=None,  # the pages load their scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
    )
    _add_retrieval(app, Retrieving(retriever, workers, served), settings)
    _add_states(app, states(workers, metrics))
    told = {RequestValidationError: _invalid, HTTPException: _refused, RagtuneError: _failed, Exception: _broken}
    for kind, answer in told.items():
        app.add_exception_handler(kind, answer)

    async def busy(_: Request, error: Exception) -> Response:
        return _busy(error, metrics)

    for told_busy in (BusyError, SlowError):
        app.add_exception_handler(told_busy, busy)
    document = described(app, with_token=settings.token is not None)
    app.openapi = lambda: document  # type: ignore[method-assign]
    return Serving.of(app, settings, workers, metrics)


def _add_retrieval(app: FastAPI, retrieving: Retrieving, settings: Settings) -> None:
    query = Annotated[str, Field(max_length=settings.longest_query)]
    asks = ask_model(settings, strict=True)
    packs = create_model("AskContext", __config__=STRICT, query=(query, ...))
    of_json = [Depends(_is_json)]

    async def retrieve(asked: BaseModel) -> Response:
        """The k best passages, best first; fewer where fewer are found."""
        return _json(await retrieving.ranked(asked.query, asked.k))  # type: ignore[attr-defined]

    async def context(asked: BaseModel) -> Response:
        """What the design packs for a prompt, within its budget."""
        return _json(await retrieving.packed(asked.query))  # type: ignore[attr-defined]

    retrieve.__annotations__["asked"], context.__annotations__["asked"] = asks, packs
    app.post("/retrieve", response_model=Ranked, dependencies=of_json)(retrieve)
    app.post("/context", response_model=Packed, dependencies=of_json)(context)


def _add_states(app: FastAPI, answers: dict[str, Any]) -> None:
    health, ready, metrics = answers["/health"], answers["/ready"], answers["/metrics"]
    app.get("/health", response_model=State, summary="Whether the server is alive")(health)
    app.get("/ready", response_model=State, summary="Whether the server takes requests")(ready)
    app.get("/metrics", response_class=PlainTextResponse, summary="Counters for Prometheus")(metrics)


async def _is_json(request: Request) -> None:
    """On the event loop, as all that is short: FastAPI would take a thread of its own pool to a plain function."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" or "content-encoding" in request.headers:
        raise HTTPException(415, "send application/json, not encoded")


def _json(found: BaseModel) -> Response:
    return Response(found.model_dump_json(), media_type="application/json")


async def _invalid(_: Request, error: Any) -> Response:
    """Where, and what is wanted there; never what was sent, which may be no Unicode at all."""
    told = "; ".join(f"{_place(one['loc'])}: {one['msg']}" for one in error.errors()[:10])
    return problem(422, told.encode("utf-8", "replace").decode())


def _place(loc: tuple[Any, ...]) -> str:
    names = [str(part) for part in loc]
    return ".".join(names)[:100]


async def _refused(_: Request, error: Any) -> Response:
    return problem(error.status_code, str(error.detail), error.headers)


async def _failed(_: Request, error: Exception) -> Response:
    log.error("retrieval failed: %s", error)
    return problem(503, "the retriever failed; the server's log says why", {"Retry-After": "1"})


async def _broken(_: Request, __: Exception) -> Response:
    """What nobody thought of; it is raised again for uvicorn, which logs it."""
    return problem(500, "the server has a fault; its log says which")


def _busy(error: Exception, metrics: Metrics) -> Response:
    slow = isinstance(error, SlowError)
    metrics.refused("timeout" if slow else "busy")
    detail = "the retrieval took too long" if slow else "all workers are busy; ask again"
    return problem(503, detail, {"Retry-After": "1"})
