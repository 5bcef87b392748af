"""Rows of Parquet and Arrow files, by pyarrow, a few hundred at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ragtune.datasets._reading import Faults, Place
from ragtune.errors import MissingModelError

BATCH_ROWS = 256


Columned = tuple[tuple[str, ...], Iterator[tuple[Place, dict[str, Any]]]]


def parquet(path: Path, faults: Faults) -> Columned | None:
    """Columns and rows of a Parquet file, each row with its number; None after a fault."""
    _needed(path)
    from pyarrow.parquet import ParquetFile

    try:
        file = ParquetFile(path)
        columns = tuple(file.schema_arrow.names)
    except Exception as error:  # pyarrow raises ValueError, OSError and classes of its own
        faults.add(Place(str(path)), f"no Parquet file, or a damaged one: {_told(error)}")
        return None
    if not _distinct(path, columns, faults):
        return None
    return columns, _rows(path, file.iter_batches(batch_size=BATCH_ROWS), faults)


def stream(path: Path, faults: Faults) -> Columned | None:
    """Columns and rows of an Arrow IPC stream, as Hugging Face `datasets` saves one; None after a fault."""
    _needed(path)
    import pyarrow as pa

    try:
        reader = pa.ipc.open_stream(pa.OSFile(str(path)))
        columns = tuple(reader.schema.names)
    except Exception as error:  # as above
        faults.add(Place(str(path)), f"no Arrow stream, or a damaged one: {_told(error)}")
        return None
    if not _distinct(path, columns, faults):
        return None
    return columns, _rows(path, iter(reader), faults)


def _rows(path: Path, batches: Iterator[Any], faults: Faults) -> Iterator[tuple[Place, dict[str, Any]]]:
    number = 0
    while True:
        try:
            batch = next(batches, None)
            if batch is not None:
                batch.validate(full=True)  # offsets that lead out of a buffer would end the process
            rows = [] if batch is None else batch.to_pylist()
        except Exception as error:  # as above, and UnicodeDecodeError
            faults.add(Place(str(path), number + 1), f"cannot be read from this row on: {_told(error)}")
            faults.check()
            return
        if batch is None:
            return
        for row in rows:
            number += 1
            yield Place(str(path), number), row


def _distinct(path: Path, columns: tuple[str, ...], faults: Faults) -> bool:
    twice = next((name for name in columns if columns.count(name) > 1), None)
    if twice is not None:
        faults.add(Place(str(path)), f"there are two columns '{twice}'")
    return twice is None


def _told(error: Exception) -> str:
    return str(error).strip().split("\n")[0][:200] or type(error).__name__


def _needed(path: Path) -> None:
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        raise MissingModelError(
            f"{path} is read by a package that is not installed: pip install 'ragtune[tables]' (it adds pyarrow)"
        ) from None
