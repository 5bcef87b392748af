"""The OpenAPI document: what FastAPI knows of the routes, and every answer that the guard and the workers may give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from ragtune.serving._guard import OPEN_PATHS
from ragtune.serving._problems import MEDIA_TYPE, Problem

ALWAYS = {
    400: "The request is no HTTP, or its body no JSON.",
    403: "The page that asks is of another origin.",
    408: "The body did not come in time.",
    413: "The body is too big.",
    421: "The server is not known by that name.",
    431: "The headers are too big.",
}
CLOSED = {401: "The token is missing or wrong.", 429: "The client asks too often."}
WORK = {
    415: "The body is not said to be JSON.",
    422: "The body says something else.",
    500: "The server has a fault.",
    503: "All workers are busy, or the retriever failed.",
}
HEADERS = {401: ("WWW-Authenticate", "string"), 429: ("Retry-After", "integer"), 503: ("Retry-After", "integer")}


def described(app: FastAPI, *, with_token: bool) -> dict[str, Any]:
    """The document of an app."""
    found = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    schemas = found.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = Problem.model_json_schema()
    for path, operations in found["paths"].items():
        for method, operation in operations.items():
            told = {**ALWAYS, **({} if path in OPEN_PATHS else CLOSED), **(WORK if method == "post" else {})}
            for status, why in told.items():
                operation["responses"][str(status)] = _refusal(status, why)
            if with_token and path not in OPEN_PATHS:
                operation["security"] = [{"token": []}]
    if with_token:
        found["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    return found


def _refusal(status: int, why: str) -> Mapping[str, Any]:
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    told: dict[str, Any] = {"description": why, "content": content}
    if status in HEADERS:
        name, kind = HEADERS[status]
        told["headers"] = {name: {"schema": {"type": kind}}}
    return told
