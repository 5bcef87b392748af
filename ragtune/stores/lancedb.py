"""LanceDB in a folder of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from ragtune.stores._folders import FolderStore
from ragtune.stores._store import Content, Found, Knobs, Matrix, Row, Rows

_COLUMNS = ("document", "start", "end", "text", "metadata")
_FEWEST = 256
"""Rows that an index of Lance is made of at least."""


class LanceDbStore(FolderStore):
    """`lancedb:FOLDER`: a table `chunks`, searched exactly until it has as many rows as `graph_from`, then by HNSW."""

    scheme: ClassVar[str] = "lancedb"
    limit = 10_000

    def open(self, folder: Path, dim: int) -> Content:
        """The table, made where there is none."""
        return _Table(folder, dim, self.knobs)


class _Table:
    def __init__(self, folder: Path, dim: int, knobs: Knobs) -> None:
        import lancedb
        import pyarrow as pa

        whole, text = pa.int64(), pa.string()
        kinds = (text, whole, whole, text, text)
        self._schema = pa.schema(
            [
                ("place", whole),
                ("chunk", text),
                *zip(_COLUMNS, kinds, strict=True),
                ("vector", pa.list_(pa.float32(), dim)),
            ]
        )
        self._knobs, self._dim = knobs, dim
        self._table: Any = lancedb.connect(str(folder)).create_table("chunks", schema=self._schema, exist_ok=True)

    @property
    def approximate(self) -> bool:
        """Once there is an index."""
        return bool(self._table.list_indices())

    def count(self) -> int:
        """Batches are there whole or not at all: each is a version of the table."""
        return int(self._table.count_rows())

    def add(self, first: int, rows: Rows) -> None:
        """As one Arrow table."""
        import pyarrow as pa

        if first < self.count():
            self._table.delete(f"place >= {first}")
        vectors = pa.FixedSizeListArray.from_arrays(pa.array(rows.vectors.ravel(), pa.float32()), self._dim)
        columns: dict[str, Any] = {
            "place": np.arange(first, first + len(rows)),
            "chunk": [row.id for row in rows.rows],
            **{name: [getattr(row, name) for row in rows.rows] for name in _COLUMNS},
            "vector": vectors,
        }
        self._table.add(pa.table(columns, schema=self._schema))

    def finish(self) -> None:
        """The graph, over full vectors, in one partition: its loss is that of the graph alone."""
        from lancedb.index import HnswFlat

        if self.approximate or self.count() < max(self._knobs.graph_from, _FEWEST):
            return
        graph = HnswFlat("dot", num_partitions=1, m=self._knobs.m, ef_construction=self._knobs.ef_construction)
        self._table.create_index("vector", config=graph)

    def search(self, queries: Matrix, k: int) -> list[Found]:
        """One by one; its distance is 1 - the dot product."""
        return [self._search(query, k) for query in queries]

    def _search(self, query: Matrix, k: int) -> Found:
        asked = self._table.search(query, vector_column_name="vector").distance_type("dot").limit(k)
        told = asked.ef(max(self._knobs.ef_search, k)).select(["place", "_distance"]).to_arrow()
        return Found(told["place"].to_numpy(), 1 - told["_distance"].to_numpy().astype(np.float64))

    def read(self, places: Sequence[int]) -> list[Row]:
        """By a filter on their places."""
        if not places:
            return []
        wanted = ", ".join(str(int(place)) for place in places)
        asked = self._table.search().where(f"place IN ({wanted})").select(["place", "chunk", *_COLUMNS])
        told = asked.limit(len(places)).to_arrow().to_pylist()
        found = {row["place"]: Row(row["chunk"], *(row[name] for name in _COLUMNS)) for row in told}
        return [found[place] for place in places]

    def close(self) -> None:
        """Nothing stays open."""
