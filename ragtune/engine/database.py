"""Small values by key in one SQLite file: rollback journal, synchronous=FULL, a checksum on every row.

SQLite generations up to 3.51.2 have a WAL-reset corruption bug, so the journal is the old one. A row whose checksum does
not match is as good as absent; a file that SQLite cannot read is set aside and begun anew, because everything in it can
be computed again.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import zlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from ragtune.files import cannot_write

_T = TypeVar("_T")
_SCHEMA = "CREATE TABLE IF NOT EXISTS rows (key BLOB PRIMARY KEY, value BLOB NOT NULL, crc INTEGER NOT NULL)"
_BATCH = 500
BUSY_SECONDS = 120.0


class Database:
    """A mapping from bytes to bytes that survives kill -9, for several processes at once."""

    def __init__(self, path: Path, say: Callable[[str], None] = lambda _: None) -> None:
        self.path = path
        self._say = say
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def get(self, keys: Iterable[bytes]) -> dict[bytes, bytes]:
        """The sound rows among `keys`."""
        return self._do(lambda db: self._select(db, list(keys)))

    def put(self, rows: Mapping[bytes, bytes]) -> None:
        """Write all rows in one transaction: after this returns they are there for good, before it none is."""
        records = [(key, value, _crc(key, value)) for key, value in rows.items()]

        def write(db: sqlite3.Connection) -> None:
            with db:
                db.executemany("INSERT OR REPLACE INTO rows VALUES (?, ?, ?)", records)

        try:
            self._do(write)
        except sqlite3.OperationalError as error:
            raise cannot_write(self.path, sum(map(len, rows.values())), error) from error

    def close(self) -> None:
        """Let go of the file; it is opened again when needed."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _select(self, db: sqlite3.Connection, keys: list[bytes]) -> dict[bytes, bytes]:
        found: dict[bytes, bytes] = {}
        for at in range(0, len(keys), _BATCH):
            part = keys[at : at + _BATCH]
            marks = ",".join("?" * len(part))
            for key, value, crc in db.execute(f"SELECT key, value, crc FROM rows WHERE key IN ({marks})", part):
                if isinstance(value, bytes) and crc == _crc(key, value):
                    found[key] = value
                else:
                    self._say(f"a damaged row in {self.path} is computed again")
        return found

    def _do(self, action: Callable[[sqlite3.Connection], _T]) -> _T:
        with self._lock:
            for attempt in (1, 2):
                try:
                    return action(self._open())
                except sqlite3.OperationalError as error:
                    self._roll_back()
                    if attempt == 2 or not _unreadable(error, self.path):
                        raise
                    self._set_aside(error)
                except sqlite3.DatabaseError as error:
                    if attempt == 2:
                        raise
                    self._set_aside(error)
        raise AssertionError("unreachable")

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            db = sqlite3.connect(self.path, timeout=BUSY_SECONDS, check_same_thread=False)
            db.text_factory = bytes  # a flipped bit can make a blob look like text
            self._connection = db
            db.execute("PRAGMA journal_mode=DELETE")
            db.execute("PRAGMA synchronous=FULL")
            db.execute("PRAGMA cell_size_check=ON")
            with db:
                db.execute(_SCHEMA)
        return self._connection

    def _roll_back(self) -> None:
        if self._connection is not None and self._connection.in_transaction:
            self._connection.rollback()

    def _set_aside(self, error: Exception) -> None:
        self.close()
        aside = next(p for n in range(1, 10**6) if not (p := self.path.with_suffix(f".damaged-{n}")).exists())
        self.path.rename(aside)
        self.path.with_name(self.path.name + "-journal").unlink(missing_ok=True)
        self._say(f"{self.path} was damaged ({error}); it was set aside as {aside.name} and is built anew")


def _crc(key: bytes, value: bytes) -> int:
    return zlib.crc32(value, zlib.crc32(key))


def _unreadable(error: sqlite3.OperationalError, path: Path) -> bool:
    """Some damage shows as an OperationalError: a schema that does not parse, a lost table, a wild format number."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_READONLY:
        return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
    return code in (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_SCHEMA)
