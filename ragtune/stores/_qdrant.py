"""A collection of Qdrant, in a folder or on a server."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from ragtune.stores._store import Found, Knobs, Matrix, Row, Rows

BATCH = 1_000


def collection(client: Any, name: str, dim: int, knobs: Knobs, metadata: Mapping[str, Any] | None = None) -> None:
    """See that there is a collection of that name."""
    from qdrant_client import models

    try:
        client.create_collection(
            name,
            vectors_config=models.VectorParams(size=dim, distance=models.Distance.DOT),
            hnsw_config=models.HnswConfigDiff(m=knobs.m, ef_construct=knobs.ef_construction),
            metadata=metadata,
        )
    except Exception:  # a client in a folder and one of a server say differently that it is there
        if not client.collection_exists(name):
            raise


class QdrantContent:
    """Rows by their place as id, the rest as payload. On a server it is searched by HNSW, in a folder exactly."""

    def __init__(
        self, client: Any, name: str, knobs: Knobs, *, approximate: bool = False, close: Callable[[], None]
    ) -> None:
        self._client, self._name, self._knobs, self.approximate = client, name, knobs, approximate
        self._close = close

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
        for i in range(0, len(places), BATCH):
            for point in self._client.retrieve(self._name, ids=list(places[i : i + BATCH]), with_payload=True):
                kept = dict(point.payload)
                found[point.id] = Row(id=kept.pop("chunk"), **kept)
        return [found[place] for place in places]

    def close(self) -> None:
        """Of an embedded database, which is locked while it is open."""
        self._close()
