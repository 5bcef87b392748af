"""Stores of every kind, each started once a session, when it is first asked for."""

from __future__ import annotations

import itertools
import warnings
from contextlib import ExitStack

import pytest

from tests.stores.places import FOLDERS, STARTS, qdrant_by_its_client

SERVERS = (*STARTS, "qdrant-server")
_numbers = itertools.count()


@pytest.fixture(scope="session")
def servers(tmp_path_factory):
    """Kind -> url of a server without the name of a collection or table."""
    started = {}
    with ExitStack() as stack:

        def url(kind):
            if kind not in started:
                with (
                    warnings.catch_warnings()
                ):  # the wheel's look for a folder for its socket warns where there is none
                    warnings.simplefilter("ignore")
                    started[kind] = stack.enter_context(STARTS[kind](tmp_path_factory.mktemp("server")))
            return started[kind]

        yield url


@pytest.fixture
def place(servers, tmp_path, monkeypatch):
    """Kind -> url of a store of its own for each test."""

    def url(kind):
        if kind in FOLDERS:
            return f"{kind}:{tmp_path / kind}"
        name = f"chunks{next(_numbers)}"
        if kind == "qdrant-server":
            monkeypatch.setattr("ragtune.stores.qdrant_server.client_of", qdrant_by_its_client())
            return f"qdrant://nowhere/{name}"
        return f"{servers(kind)}{'#' if kind == 'pgvector' else '/'}{name}"

    return url


@pytest.fixture(params=(*FOLDERS, *SERVERS))
def url(request, place):
    """The url of a store of each kind."""
    return place(request.param)
