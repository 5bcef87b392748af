"""How a server says no: RFC 9457, `application/problem+json`."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"


class Problem(BaseModel):
    """Why a request was not answered: the status, its name, and what to do about it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: int
    title: str
    detail: str


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """The answer that says so. It quotes nothing of the request."""
    told = Problem(status=status, title=HTTPStatus(status).phrase, detail=detail)
    return Response(told.model_dump_json(), status, headers, MEDIA_TYPE)
