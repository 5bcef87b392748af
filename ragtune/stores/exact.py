"""Vectors in a file that is mapped into memory, and searched exactly: nothing to install, nothing to lose."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import ClassVar

import numpy as np

from ragtune.retrievers._nearest import nearest
from ragtune.stores._folders import FolderStore
from ragtune.stores._store import Content, Found, Matrix, Row, Rows
from ragtune.types import Vectors


class ExactStore(FolderStore):
    """`exact:FOLDER`. Raw little-endian float32 rows in `vectors.f32`, a JSON line a row in `rows.jsonl`."""

    scheme: ClassVar[str] = "exact"

    def open(self, folder: Path, dim: int) -> Content:
        """Nothing is read until it is asked for."""
        return _Exact(folder, dim)


class _Exact:
    approximate = False

    def __init__(self, folder: Path, dim: int) -> None:
        self._vectors, self._rows, self._dim = folder / "vectors.f32", folder / "rows.jsonl", dim
        for path in (self._vectors, self._rows):
            path.touch()
        self._mapped: Vectors | None = None
        self._read: list[Row] | None = None

    def count(self) -> int:
        """Rows that are there with their vector, whole."""
        with self._rows.open("rb") as file:
            lines = sum(line.endswith(b"\n") for line in file)
        return min(lines, self._vectors.stat().st_size // (4 * self._dim))

    def add(self, first: int, rows: Rows) -> None:
        """Cut both files off at `first`, then append."""
        with self._vectors.open("r+b") as file:
            file.seek(first * 4 * self._dim)
            file.truncate()
            file.write(rows.vectors.astype("<f4").tobytes())
        with self._rows.open("r+b") as file:
            for _ in range(first):
                file.readline()
            file.truncate(file.tell())
            file.writelines(json.dumps(asdict(row)).encode() + b"\n" for row in rows.rows)

    def finish(self) -> None:
        """There is nothing to make."""

    def search(self, queries: Matrix, k: int) -> list[Found]:
        """As `dense` searches."""
        if self._mapped is None:
            size = self._vectors.stat().st_size // (4 * self._dim)
            matrix = np.memmap(self._vectors, dtype="<f4", mode="r", shape=(size, self._dim)) if size else None
            self._mapped = Vectors(np.zeros((0, self._dim), np.float32) if matrix is None else matrix)
        ranking = nearest(self._mapped, Vectors(queries), k)
        rows = zip(ranking.chunk, ranking.score, strict=True)
        return [Found(place[place >= 0].astype(np.int64), score[place >= 0]) for place, score in rows]

    def read(self, places: Sequence[int]) -> list[Row]:
        """From the lines, which are held from then on."""
        if self._read is None:
            with self._rows.open(encoding="utf-8") as file:
                self._read = [Row(**json.loads(line)) for line in file]
        return [self._read[place] for place in places]

    def close(self) -> None:
        """The map goes with the object."""
        self._mapped = None
