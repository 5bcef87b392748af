"""A tuned retriever or tool set behind REST or MCP.

Everything that listens does so on 127.0.0.1 unless told otherwise, and takes so much and no more: see `Settings`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from ragtune.errors import MissingModelError
from ragtune.serving._models import Retrieves, Served
from ragtune.serving._settings import Settings, token_from

if TYPE_CHECKING:
    from ragtune.serving._serving import Serving

__all__ = ["Retrieves", "Served", "Settings", "require", "rest", "token_from"]


def require(*, mcp: bool) -> None:
    """Refuse where an extra is missing.

    Raises:
        MissingModelError: naming the line that installs it.
    """
    needed = ("mcp", "uvicorn", "prometheus_client") if mcp else ("fastapi", "uvicorn", "prometheus_client")
    for package in needed:
        try:
            import_module(package)
        except ImportError as error:
            extras = "serve,mcp" if mcp else "serve"
            raise MissingModelError(f"serving needs {package}: pip install 'ragtune[{extras}]'") from error


def rest(retriever: Retrieves, settings: Settings | None = None, served: Served | None = None) -> Serving:
    """The REST app of a retriever, to be run by `serve` or, as its `app`, by any ASGI server.

    `served` is told of each retrieval.
    """
    require(mcp=False)
    from ragtune.serving._rest import rest_serving

    return rest_serving(retriever, settings or Settings(), served)
