"""From a url to a store."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ragtune.errors import InputError, MissingModelError, suggest
from ragtune.stores._store import Knobs, Store
from ragtune.stores._urls import Server


def open_store(url: str, knobs: Knobs | None = None) -> Store:
    """The store at a url; nothing is made before it is filled, but for what its own client makes.

    `exact:FOLDER`, `chroma:FOLDER`, `chroma://HOST:PORT/COLLECTION`, `qdrant:FOLDER`, `qdrant://HOST:PORT/COLLECTION`,
    `lancedb:FOLDER`, `postgresql://USER@HOST/DATABASE#TABLE`; servers of Chroma and Qdrant by TLS with `chroma+https://` and
    `qdrant+https://`.

    Raises:
        InputError: there is no such scheme, or what it names cannot be reached.
        MissingModelError: its package is not installed.
    """
    scheme, colon, rest = url.partition(":")
    if not colon:
        raise InputError(f"'{url}' is no url of a store, as exact:FOLDER{suggest(url, list(_OPENERS))}")
    opener, extra = _OPENERS.get(scheme, (None, ""))
    if opener is None:
        raise InputError(f"there is no store '{scheme}'{suggest(scheme, list(_OPENERS))}")
    if not rest:
        raise InputError(f"'{url}' names no place: a folder, or a server as {scheme}://…")
    try:
        return opener(url, knobs or Knobs())
    except ModuleNotFoundError as error:
        raise MissingModelError(f"a store of {scheme} needs {error.name}: pip install 'ragtune[{extra}]'") from error


def _exact(url: str, knobs: Knobs) -> Store:
    from ragtune.stores.exact import ExactStore

    return ExactStore(_folder(url), knobs)


def _chroma(url: str, knobs: Knobs) -> Store:
    import chromadb  # noqa: F401  (so that it is missed here, and not in the midst of a fill)

    if "://" in url:
        from ragtune.stores.chroma_server import ChromaServerStore

        return ChromaServerStore(Server.of(url), knobs)
    from ragtune.stores.chroma import ChromaStore

    return ChromaStore(_folder(url), knobs)


def _qdrant(url: str, knobs: Knobs) -> Store:
    import qdrant_client  # noqa: F401

    if "://" in url:
        from ragtune.stores.qdrant_server import QdrantServerStore

        return QdrantServerStore(Server.of(url), knobs)
    from ragtune.stores.qdrant import QdrantStore

    return QdrantStore(_folder(url), knobs)


def _lancedb(url: str, knobs: Knobs) -> Store:
    import lancedb  # noqa: F401

    from ragtune.stores.lancedb import LanceDbStore

    return LanceDbStore(_folder(url), knobs)


def _postgresql(url: str, knobs: Knobs) -> Store:
    import pgvector  # noqa: F401

    from ragtune.stores.pgvector import PgVectorStore

    return PgVectorStore(url, knobs)


def _folder(url: str) -> Path:
    scheme, _, path = url.partition(":")
    if path.startswith("//"):
        raise InputError(f"{scheme} is a folder here, written {scheme}:FOLDER")
    return Path(path)


_OPENERS: dict[str, tuple[Callable[[str, Knobs], Store], str]] = {
    "exact": (_exact, ""),
    "chroma": (_chroma, "chroma"),
    "chroma+https": (_chroma, "chroma"),
    "qdrant": (_qdrant, "qdrant"),
    "qdrant+https": (_qdrant, "qdrant"),
    "lancedb": (_lancedb, "lancedb"),
    "postgresql": (_postgresql, "pgvector"),
    "postgres": (_postgresql, "pgvector"),
}
"""Scheme -> what opens it, and the extra that it needs."""
