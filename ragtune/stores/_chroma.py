"""A collection of Chroma, embedded or on a server: always an HNSW graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from ragtune.stores._store import Found, Knobs, Matrix, Row, Rows

BATCH = 5_000
"""Chroma takes 5,461 rows at most."""


def collection(client: Any, name: str, knobs: Knobs) -> Any:
    """The collection of that name, made where there is none."""
    graph = {"max_neighbors": knobs.m, "ef_construction": knobs.ef_construction, "ef_search": knobs.ef_search}
    return client.get_or_create_collection(
        name, configuration={"hnsw": {"space": "ip", **graph}}, embedding_function=None
    )


class ChromaContent:
    """Rows by their place as id; texts as documents, the rest as metadata. Its distance is 1 - the dot product."""

    approximate = True

    def __init__(self, rows: Any, close: Callable[[], None]) -> None:
        self._rows, self._close = rows, close

    def count(self) -> int:
        """As Chroma counts."""
        return int(self._rows.count())

    def add(self, first: int, rows: Rows) -> None:
        """By upsert: an add of an id that is there already would do nothing, and not say so."""
        told = [asdict(row) for row in rows.rows]
        self._rows.upsert(
            ids=[str(first + i) for i in range(len(rows))],
            embeddings=rows.vectors,
            documents=[each.pop("text") for each in told],
            metadatas=[{"chunk": each.pop("id"), **each} for each in told],
        )

    def finish(self) -> None:
        """The graph grows with the rows."""

    def search(self, queries: Matrix, k: int) -> list[Found]:
        """All queries in one call."""
        told = self._rows.query(query_embeddings=queries, n_results=k, include=["distances"])
        return [
            Found(np.array(ids, dtype=np.int64), 1 - np.array(far, dtype=np.float64))
            for ids, far in zip(told["ids"], told["distances"], strict=True)
        ]

    def read(self, places: Sequence[int]) -> list[Row]:
        """In batches; Chroma answers in an order of its own."""
        found: dict[str, Row] = {}
        for i in range(0, len(places), BATCH):
            told = self._rows.get(ids=[str(place) for place in places[i : i + BATCH]])
            for id, text, kept in zip(told["ids"], told["documents"], told["metadatas"], strict=True):
                rest = {name: kept[name] for name in ("document", "start", "end", "metadata")}
                found[id] = Row(id=kept["chunk"], text=text, **rest)
        return [found[str(place)] for place in places]

    def close(self) -> None:
        """Of an embedded database, which has its files open."""
        self._close()
