"""Chroma on a server."""

from __future__ import annotations

import os
from typing import Any

from ragtune.errors import InputError
from ragtune.stores._chroma import BATCH, ChromaContent
from ragtune.stores._store import Content, Knobs, OnServer
from ragtune.stores._urls import Server, is_version, key_of, version_of

_CURRENT = "ragtune_current"


class ChromaServerStore(OnServer):
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
        """What the metadata say."""
        pointer = self._pointer()
        current = ((pointer.metadata if pointer else None) or {}).get(_CURRENT)
        return key_of(current) if current else None

    def draft(self, key: str, dim: int) -> Content:
        """A collection beside it."""
        pointer = self._pointer()
        if pointer is not None and _CURRENT not in (pointer.metadata or {}):
            raise InputError(f"{self.describe()} is a collection that ragtune did not make; name another")
        return self._open(key)

    def find(self, key: str) -> Content | None:
        """Its collection."""
        return self._open(key) if version_of(self._server.name, key) in self._names() else None

    def discard(self, key: str) -> None:
        """Remove its collection."""
        name = version_of(self._server.name, key)
        if name in self._names():
            self._client.delete_collection(name)

    def publish(self, key: str) -> None:
        """Name it, then remove the others."""
        current = version_of(self._server.name, key)
        pointer = self._pointer()
        if pointer is None:
            self._client.create_collection(self._server.name, metadata={_CURRENT: current}, embedding_function=None)
        else:
            pointer.modify(metadata={_CURRENT: current})
        for name in self._names():
            if is_version(name, self._server.name) and name != current:
                self._client.delete_collection(name)

    def describe(self) -> str:
        """As its url."""
        return f"chroma://{self._server}"

    def close(self) -> None:
        """The connections, which Chroma's own close leaves open."""
        close(self._client)

    def _open(self, key: str) -> Content:
        return ChromaContent(self._client, version_of(self._server.name, key), self.knobs, lambda: None)

    def _names(self) -> list[str]:
        return [each.name for each in self._client.list_collections()]

    def _pointer(self) -> Any:
        there = self._server.name in self._names()
        return self._client.get_collection(self._server.name, embedding_function=None) if there else None


def close(client: Any) -> None:
    """Close a client of a server, and the connections of its two halves."""
    sessions = [getattr(half._server, "_session", None) for half in (client, client._admin_client)]
    client.close()
    for session in sessions:
        if session is not None:
            session.close()
