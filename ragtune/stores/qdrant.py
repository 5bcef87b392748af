"""Qdrant, in a folder or on a server: a collection for each content, and an alias that is switched."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from ragtune.errors import InputError, WorkspaceError
from ragtune.stores._store import Content, Found, Knobs, Matrix, OnServer, Row, Rows
from ragtune.stores._urls import Server, is_version, key_of, version_of

_READ = 1_000


class QdrantStore(OnServer):
    """`qdrant:FOLDER` or `qdrant://HOST:PORT/COLLECTION`.

    In a folder, Qdrant's Python client searches exactly, and one process at a time has it open; on a server it searches by
    HNSW. What readers ask for is an alias. An API key is taken from QDRANT_API_KEY.
    """

    limit = 1_000

    def __init__(self, place: str | Server, knobs: Knobs) -> None:
        from qdrant_client import QdrantClient

        self._place, self.knobs = place, knobs
        self._name = place.name if isinstance(place, Server) else "chunks"
        try:
            if isinstance(place, Server):
                url = f"{'https' if place.tls else 'http'}://{place.host}:{place.port or 6333}"
                key = os.environ.get("QDRANT_API_KEY")
                self._client = QdrantClient(url=url, api_key=key, timeout=60, check_compatibility=False)
            else:
                self._client = QdrantClient(path=place)
            self._client.get_collections()
        except RuntimeError as error:
            raise WorkspaceError(
                f"{self.describe()} is open in another process, and Qdrant lets in one at a time"
            ) from error
        except Exception as error:
            raise InputError(f"{self.describe()} cannot be reached: {str(error).splitlines()[0]}") from error

    def held(self) -> str | None:
        """What the alias stands for."""
        current = self._current()
        return key_of(current) if current else None

    def draft(self, key: str, dim: int) -> Content:
        """A collection beside it."""
        from qdrant_client import models

        if any(each.name == self._name for each in self._client.get_collections().collections):
            raise InputError(f"{self.describe()} is a collection that ragtune did not make; name another")
        name = version_of(self._name, key)
        if not self._client.collection_exists(name):
            self._client.create_collection(
                name,
                vectors_config=models.VectorParams(size=dim, distance=models.Distance.DOT),
                hnsw_config=models.HnswConfigDiff(m=self.knobs.m, ef_construct=self.knobs.ef_construction),
            )
        return self._open(key)

    def find(self, key: str) -> Content | None:
        """Its collection."""
        return self._open(key) if self._client.collection_exists(version_of(self._name, key)) else None

    def discard(self, key: str) -> None:
        """Remove its collection."""
        self._client.delete_collection(version_of(self._name, key))

    def publish(self, key: str) -> None:
        """Switch the alias, in one request; then remove the others."""
        from qdrant_client import models

        current, name = self._current(), version_of(self._name, key)
        old = models.DeleteAliasOperation(delete_alias=models.DeleteAlias(alias_name=self._name))
        new = models.CreateAliasOperation(create_alias=models.CreateAlias(collection_name=name, alias_name=self._name))
        self._client.update_collection_aliases(change_aliases_operations=[old, new] if current else [new])
        for each in self._client.get_collections().collections:
            if is_version(each.name, self._name) and each.name != name:
                self._client.delete_collection(each.name)

    def describe(self) -> str:
        """As its url."""
        return f"qdrant:{'//' if isinstance(self._place, Server) else ''}{self._place}"

    def close(self) -> None:
        """The folder's lock, or the connections."""
        self._client.close()

    def _current(self) -> str | None:
        aliases = self._client.get_aliases().aliases
        return next((each.collection_name for each in aliases if each.alias_name == self._name), None)

    def _open(self, key: str) -> Content:
        return _Collection(self._client, version_of(self._name, key), self.knobs, isinstance(self._place, Server))


class _Collection:
    def __init__(self, client: Any, name: str, knobs: Knobs, approximate: bool) -> None:
        self._client, self._name, self._knobs, self.approximate = client, name, knobs, approximate

    def count(self) -> int:
        """Exactly."""
        return int(self._client.count(self._name, exact=True).count)

    def add(self, first: int, rows: Rows) -> None:
        """By upsert, seen once it is done."""
        from qdrant_client import models

        told = [asdict(row) for row in rows.rows]
        batch = models.Batch(
            ids=list(range(first, first + len(rows))),
            vectors=rows.vectors.tolist(),
            payloads=[{"chunk": each.pop("id"), **each} for each in told],
        )
        self._client.upsert(self._name, points=batch, wait=True)

    def finish(self) -> None:
        """A server makes its graph by itself, and searches what is not in it yet exactly."""

    def search(self, queries: Matrix, k: int) -> list[Found]:
        """All queries in one request."""
        from qdrant_client import models

        params = models.SearchParams(hnsw_ef=max(self._knobs.ef_search, k)) if self.approximate else None
        asked = [models.QueryRequest(query=query.tolist(), limit=k, params=params) for query in queries]
        told = self._client.query_batch_points(self._name, requests=asked) if asked else []
        return [
            Found(
                np.array([point.id for point in each.points], dtype=np.int64),
                np.array([point.score for point in each.points], dtype=np.float64),
            )
            for each in told
        ]

    def read(self, places: Sequence[int]) -> list[Row]:
        """In batches."""
        found: dict[int, Row] = {}
        for i in range(0, len(places), _READ):
            for point in self._client.retrieve(self._name, ids=list(places[i : i + _READ]), with_payload=True):
                kept = dict(point.payload)
                found[point.id] = Row(id=kept.pop("chunk"), **kept)
        return [found[place] for place in places]

    def close(self) -> None:
        """The store holds the client."""
