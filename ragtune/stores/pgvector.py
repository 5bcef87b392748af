"""PostgreSQL with the extension pgvector: a table for each content, and a view of the one that readers see."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from ragtune.errors import InputError, WorkspaceError
from ragtune.stores._servers import OnServer
from ragtune.stores._store import Content, Found, Knobs, Matrix, Row, Rows
from ragtune.stores._urls import checked, is_version, version_of

_MARK = "ragtune:"
"""A view with this comment was made here."""
_WIDEST_GRAPH = 2_000
"""Dimensions that an HNSW index of pgvector takes; wider vectors are searched exactly."""
_COLUMNS = "place, chunk, document, start_at, end_at, text, metadata"


class PgVectorStore(OnServer):
    """`postgresql://USER@HOST:PORT/DATABASE#TABLE`, where the url is libpq's; the password is best left to PGPASSWORD.

    Searched exactly until it has as many rows as `graph_from`, then by an HNSW index. What readers see is a view of a
    table, replaced in one transaction together with its comment, which holds the key.
    """

    limit = 5_000

    def __init__(self, url: str, knobs: Knobs) -> None:
        import psycopg

        address, _, table = url.partition("#")
        self._name, self.knobs = checked(table or "chunks"), knobs
        self._told = f"{re.sub(r'//[^/@]*@', '//', address).partition('?')[0]}#{self._name}"
        try:
            self._db: Any = psycopg.connect(address, autocommit=True, connect_timeout=20)
        except psycopg.Error as error:
            raise InputError(f"{self._told} cannot be reached: {str(error).splitlines()[0]}") from error

    def held(self) -> str | None:
        """What the view's comment says."""
        comment = self._comment()
        return comment.removeprefix(_MARK) if comment and comment.startswith(_MARK) else None

    def draft(self, key: str, dim: int) -> Content:
        """A table of its own; another fill under the same name waits in no line, it is refused."""
        import psycopg

        if self._comment() is not None and self.held() is None:
            raise InputError(f"{self.describe()} is a table or view that ragtune did not make; name another")
        if not self._one("SELECT pg_try_advisory_lock(hashtext(%s))", _MARK + self._name):
            raise WorkspaceError(f"another process is filling {self.describe()}")
        try:
            self._db.execute("CREATE EXTENSION IF NOT EXISTS vector")
        except psycopg.Error as error:
            raise InputError(f"{self.describe()} has no extension 'vector': {str(error).splitlines()[0]}") from error
        self._db.execute(
            f'CREATE TABLE IF NOT EXISTS "{version_of(self._name, key)}" (place bigint PRIMARY KEY, chunk text, '
            f"document text, start_at bigint, end_at bigint, text text, metadata json, embedding vector({int(dim)}))"
        )
        return _Table(self._db, version_of(self._name, key), self.knobs)

    def find(self, key: str) -> Content | None:
        """Its table."""
        name = version_of(self._name, key)
        return _Table(self._db, name, self.knobs) if self._one("SELECT to_regclass(%s)::oid", f'"{name}"') else None

    def discard(self, key: str) -> None:
        """Remove its table."""
        self._db.execute(f'DROP TABLE IF EXISTS "{version_of(self._name, key)}"')

    def publish(self, key: str) -> None:
        """Old for new, and every other content gone, or nothing of it."""
        if self.held() != key:
            self._replace(key)
        self._db.execute("SELECT pg_advisory_unlock_all()")

    def describe(self) -> str:
        """As its url, without user and password."""
        return self._told

    def close(self) -> None:
        """The connection, and with it a lock that it holds."""
        self._db.close()

    def _replace(self, key: str) -> None:
        name = version_of(self._name, key)
        tables = self._db.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()").fetchall()
        with self._db.transaction():
            self._db.execute(f'DROP VIEW IF EXISTS "{self._name}"')
            self._db.execute(f'CREATE VIEW "{self._name}" AS SELECT * FROM "{name}"')
            self._db.execute(f"COMMENT ON VIEW \"{self._name}\" IS '{_MARK}{key}'")
            for (other,) in tables:
                if is_version(other, self._name) and other != name:
                    self._db.execute(f'DROP TABLE "{other}"')

    def _comment(self) -> str | None:
        """Of the view that readers see, "" for none; None where nothing has this name."""
        found = self._one("SELECT to_regclass(%s)::oid", f'"{self._name}"')
        return None if found is None else self._one("SELECT obj_description(%s, 'pg_class')", found) or ""

    def _one(self, query: str, value: object) -> Any:
        return self._db.execute(query, (value,)).fetchone()[0]


class _Table:
    def __init__(self, db: Any, name: str, knobs: Knobs) -> None:
        from pgvector.psycopg import register_vector

        register_vector(db)
        self._db, self._name, self._knobs = db, name, knobs

    @property
    def approximate(self) -> bool:
        """Once there is an index on the vectors."""
        found = self._db.execute(
            "SELECT 1 FROM pg_indexes WHERE tablename = %s AND indexdef LIKE '%%USING hnsw%%'", (self._name,)
        )
        return found.fetchone() is not None

    def count(self) -> int:
        """Batches are there whole or not at all."""
        return int(self._db.execute(f'SELECT count(*) FROM "{self._name}"').fetchone()[0])

    def add(self, first: int, rows: Rows) -> None:
        """By a binary COPY, in one transaction."""
        kinds = ["int8", "text", "text", "int8", "int8", "text", "json", "vector"]
        into = f'COPY "{self._name}" ({_COLUMNS}, embedding) FROM STDIN WITH (FORMAT BINARY)'
        with self._db.transaction(), self._db.cursor() as cursor:
            cursor.execute(f'DELETE FROM "{self._name}" WHERE place >= %s', (first,))
            with cursor.copy(into) as copy:
                copy.set_types(kinds)
                for i, (row, vector) in enumerate(zip(rows.rows, rows.vectors, strict=True)):
                    told = (row.id, row.document, row.start, row.end, row.text, _json(row.metadata))
                    copy.write_row((first + i, *told, vector))

    def finish(self) -> None:
        """The graph, faster over all rows than with each."""
        dim = self._db.execute(f'SELECT vector_dims(embedding) FROM "{self._name}" LIMIT 1').fetchone()[0]
        if self.approximate or self.count() < self._knobs.graph_from or dim > _WIDEST_GRAPH:
            return
        self._db.execute(
            f'CREATE INDEX ON "{self._name}" USING hnsw (embedding vector_ip_ops) '
            f"WITH (m = {int(self._knobs.m)}, ef_construction = {int(self._knobs.ef_construction)})"
        )
        self._db.execute(f'ANALYZE "{self._name}"')

    def search(self, queries: Matrix, k: int) -> list[Found]:
        """One by one; pgvector's `<#>` is the negative dot product, and its graph gives `hnsw.ef_search` rows at most."""
        self._db.execute(f"SET hnsw.ef_search = {min(1000, max(self._knobs.ef_search, k))}")
        return [self._search(query, k) for query in queries]

    def _search(self, query: Matrix, k: int) -> Found:
        asked = f'SELECT place, -(embedding <#> %s) FROM "{self._name}" ORDER BY embedding <#> %s LIMIT %s'
        told = self._db.execute(asked, (query, query, k)).fetchall()
        return Found(
            np.array([row[0] for row in told], dtype=np.int64), np.array([row[1] for row in told], dtype=np.float64)
        )

    def read(self, places: Sequence[int]) -> list[Row]:
        """By their places."""
        asked = f'SELECT {_COLUMNS.replace("metadata", "metadata::text")} FROM "{self._name}" WHERE place = ANY(%s)'
        found = {row[0]: Row(*row[1:]) for row in self._db.execute(asked, (list(places),)).fetchall()}
        return [found[place] for place in places]

    def close(self) -> None:
        """The store holds the connection."""


def _json(text: str) -> Any:
    from psycopg.types.json import Json

    return Json(None, dumps=lambda _: text)
