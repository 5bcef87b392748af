"""Qdrant on a server: a collection for each content, and an alias that is switched."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from ragtune.errors import InputError
from ragtune.stores._qdrant import BATCH, QdrantContent, collection
from ragtune.stores._servers import WithoutLocks
from ragtune.stores._store import Content, Knobs
from ragtune.stores._urls import Server, is_version, key_of, version_of

if TYPE_CHECKING:
    from qdrant_client import QdrantClient

_BEGUN = "ragtune_begun"


class QdrantServerStore(WithoutLocks):
    """`qdrant://HOST:PORT/COLLECTION`, where the collection is an alias. An API key is taken from QDRANT_API_KEY."""

    limit = BATCH

    def __init__(self, server: Server, knobs: Knobs) -> None:
        self._server, self._name, self.knobs = server, server.name, knobs
        try:
            self._client = client_of(server)
            self._client.get_collections()
        except Exception as error:
            raise InputError(f"{self.describe()} cannot be reached: {str(error).splitlines()[0]}") from error

    def held(self) -> str | None:
        """What the alias stands for."""
        aliases = self._client.get_aliases().aliases
        return next((key_of(each.collection_name) for each in aliases if each.alias_name == self._name), None)

    def draft(self, key: str, dim: int) -> Content:
        """A collection beside it."""
        if self._name in self._names():
            raise InputError(f"{self.describe()} is a collection that ragtune did not make; name another")
        begun = {_BEGUN: time.time()}
        collection(self._client, version_of(self._name, key), dim, self.knobs, begun)
        self._client.update_collection(version_of(self._name, key), metadata=begun)
        return self._open(key)

    def find(self, key: str) -> Content | None:
        """Its collection."""
        return self._open(key) if self._client.collection_exists(version_of(self._name, key)) else None

    def discard(self, key: str) -> None:
        """Remove its collection."""
        self._client.delete_collection(version_of(self._name, key))

    def describe(self) -> str:
        """As its url."""
        return f"qdrant://{self._server}"

    def close(self) -> None:
        """The connections."""
        self._client.close()

    def _open(self, key: str) -> Content:
        name = version_of(self._name, key)
        return QdrantContent(self._client, name, self.knobs, approximate=True, close=lambda: None)

    def _show(self, key: str) -> None:
        """In one request."""
        from qdrant_client import models

        name = version_of(self._name, key)
        new = models.CreateAliasOperation(create_alias=models.CreateAlias(collection_name=name, alias_name=self._name))
        old = models.DeleteAliasOperation(delete_alias=models.DeleteAlias(alias_name=self._name))
        self._client.update_collection_aliases(change_aliases_operations=[old, new] if self.held() else [new])

    def _begun(self) -> dict[str, float]:
        """A server older than 1.16 keeps no metadata: there, nothing is known to be abandoned."""
        found = {name: self._client.get_collection(name) for name in self._names() if is_version(name, self._name)}
        return {key_of(name): (each.config.metadata or {}).get(_BEGUN, time.time()) for name, each in found.items()}

    def _names(self) -> list[str]:
        return [each.name for each in self._client.get_collections().collections]


def client_of(server: Server) -> QdrantClient:
    """A client of a server; nothing is asked of it yet."""
    from qdrant_client import QdrantClient

    url = f"{'https' if server.tls else 'http'}://{server.host}:{server.port or 6333}"
    return QdrantClient(url=url, api_key=os.environ.get("QDRANT_API_KEY"), timeout=60, check_compatibility=False)
