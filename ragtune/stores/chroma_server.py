"""Chroma on a server."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from typing import Any

from ragtune.errors import InputError
from ragtune.stores._chroma import BATCH, ChromaContent, collection
from ragtune.stores._servers import WithoutLocks
from ragtune.stores._store import Content, Knobs
from ragtune.stores._urls import Server, is_version, key_of, version_of

_CURRENT, _BEGUN = "ragtune_current", "ragtune_begun"


class ChromaServerStore(WithoutLocks):
    """`chroma://HOST:PORT/COLLECTION`.

    A server of Chroma has no alias, and two renames would leave a moment without either. So the collection named is empty,
    and its metadata says under `ragtune_current` which collection is the content: changed in one call. A token is taken
    from CHROMA_TOKEN.
    """

    def __init__(self, server: Server, knobs: Knobs) -> None:
        import chromadb
        from chromadb.config import Settings

        self._server, self.knobs = server, knobs
        token = os.environ.get("CHROMA_TOKEN")
        try:
            self._client: Any = chromadb.HttpClient(
                host=server.host,
                port=server.port or 8000,
                ssl=server.tls,
                headers={"x-chroma-token": token} if token else None,
                settings=Settings(anonymized_telemetry=False),
            )
            self.limit = min(BATCH, self._client.get_max_batch_size())
        except Exception as error:
            raise InputError(f"{self.describe()} cannot be reached: {str(error).splitlines()[0]}") from error

    def held(self) -> str | None:
        """What the metadata say, if it is there."""
        pointer = self._found(self._server.name)
        current = ((pointer.metadata if pointer else None) or {}).get(_CURRENT)
        return key_of(current) if current and self._found(current) else None

    def draft(self, key: str, dim: int) -> Content:
        """A collection beside it."""
        pointer = self._found(self._server.name)
        if pointer is not None and _CURRENT not in (pointer.metadata or {}):
            raise InputError(f"{self.describe()} is a collection that ragtune did not make; name another")
        draft = collection(self._client, version_of(self._server.name, key), self.knobs)
        draft.modify(metadata={_BEGUN: time.time()})
        return ChromaContent(draft, lambda: None)

    def find(self, key: str) -> Content | None:
        """Its collection."""
        rows = self._found(version_of(self._server.name, key))
        return None if rows is None else ChromaContent(rows, lambda: None)

    def discard(self, key: str) -> None:
        """Remove its collection."""
        from chromadb.errors import NotFoundError

        with suppress(NotFoundError):
            self._client.delete_collection(version_of(self._server.name, key))

    def describe(self) -> str:
        """As its url."""
        return f"chroma://{self._server}"

    def close(self) -> None:
        """The connections, which Chroma's own close leaves open."""
        close(self._client)

    def _show(self, key: str) -> None:
        told = {_CURRENT: version_of(self._server.name, key)}
        name = self._server.name
        self._client.get_or_create_collection(name, metadata=told, embedding_function=None).modify(metadata=told)

    def _begun(self) -> dict[str, float]:
        there = [each for each in self._client.list_collections() if is_version(each.name, self._server.name)]
        return {key_of(each.name): (each.metadata or {}).get(_BEGUN, 0.0) for each in there}

    def _found(self, name: str) -> Any:
        from chromadb.errors import NotFoundError

        with suppress(NotFoundError):
            return self._client.get_collection(name, embedding_function=None)
        return None


def close(client: Any) -> None:
    """Close a client of a server, and the connections of its two halves."""
    sessions = [getattr(half._server, "_session", None) for half in (client, client._admin_client)]
    client.close()
    for session in sessions:
        if session is not None:
            session.close()
