"""Tables: CSV, TSV, JSON lines, JSON, Parquet and Arrow files as rows with their places.

A place is the file and, for text formats, the line a row begins in; for Parquet and Arrow files, the number of the row,
counted from 1. A file that cannot be read on ends the loading, for what it lacks would look like other faults; a fault in
a row does not. Cells that are empty (CSV) or null are absent from the row's record, except that null stays in JSON.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ragtune.datasets import _arrow
from ragtune.datasets._items import read_items
from ragtune.datasets._reading import MAX_FILE_BYTES, MAX_LINE_BYTES, Faults, Place, open_file, read_objects
from ragtune.errors import suggest

SUFFIXES = (".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".parquet", ".arrow")
Rows = Iterator[tuple[Place, dict[str, Any]]]


@dataclass(frozen=True)
class Table:
    """Rows, and the columns that all of them have; None where each row names its own, as in JSON."""

    path: Path
    columns: tuple[str, ...] | None
    rows: Rows

    def has(self, column: str) -> bool:
        """Whether the column may be there."""
        return self.columns is None or column in self.columns

    def lacks(self, needed: Sequence[str], faults: Faults) -> bool:
        """Whether needed columns are missing; they become one fault, not one a row."""
        missing = [name for name in needed if not self.has(name)]
        if missing:
            known = [column for column in self.columns or () if column]
            told = " and no ".join(f"'{name}'" for name in missing)
            near = suggest(missing[0], known) if len(missing) == 1 else f" ({', '.join(known)})"
            faults.add(Place(str(self.path)), f"there is no column {told}{near}")
        return bool(missing)


def open_table(path: Path, faults: Faults, keys: Sequence[str] = ("data", "rows")) -> Table | None:
    """The table in a file, by its suffix; None after a fault. `keys` are where a JSON file may keep its array."""
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        faults.add(Place(str(path)), f"'{suffix}' is no kind of table that can be read ({', '.join(SUFFIXES)})")
        return None
    if suffix in (".jsonl", ".ndjson"):
        return Table(path, None, read_objects(path, faults))
    if suffix == ".json":
        return Table(path, None, ((item.place, item.values) for item in read_items(path, faults, keys)))
    if suffix in (".csv", ".tsv"):
        return _separated(path, faults, "," if suffix == ".csv" else "\t")
    if not _readable(path, faults):
        return None
    found = _arrow.parquet(path, faults) if suffix == ".parquet" else _arrow.stream(path, faults)
    return None if found is None else Table(path, found[0], found[1])


def only_file(folder: Path, stem: str, faults: Faults) -> Path | None:
    """The one table of that name in a folder, whatever its suffix; None after a fault."""
    found = [folder / f"{stem}{suffix}" for suffix in SUFFIXES if (folder / f"{stem}{suffix}").is_file()]
    if len(found) == 1:
        return found[0]
    what = f"more than one: {', '.join(path.name for path in found)}" if found else f"none ({', '.join(SUFFIXES)})"
    faults.add(Place(str(folder)), f"one file '{stem}' is looked for, and there is {what}")
    return None


def _readable(path: Path, faults: Faults) -> bool:
    opened = open_file(path, faults, MAX_FILE_BYTES)
    if opened is not None:
        opened.close()
    return opened is not None


def _separated(path: Path, faults: Faults, delimiter: str) -> Table | None:
    if not _readable(path, faults):
        return None
    rows = _cells(path, faults, delimiter)
    line, header = next(rows, (1, []))
    if not header:
        faults.add(Place(str(path), 1), "the first row must name the columns")
        return None
    # What pandas writes first is its index, without a name.
    columns = tuple(header if header[0] else ["", *header[1:]])
    twice = next((name for name in columns if columns.count(name) > 1), None)
    if twice is not None or "" in columns[1:]:
        told = f"there are two columns '{twice}'" if twice else "a column has no name"
        faults.add(Place(str(path), line), told)
        return None
    return Table(path, columns, _records(path, columns, rows, faults))


def _records(path: Path, columns: tuple[str, ...], rows: Iterator[tuple[int, list[str]]], faults: Faults) -> Rows:
    for line, cells in rows:
        place = Place(str(path), line)
        if len(cells) != len(columns):
            faults.add(place, f"the row has {len(cells)} cells, and there are {len(columns)} columns")
            continue
        yield place, {name: cell for name, cell in zip(columns, cells, strict=True) if name and cell}


def _cells(path: Path, faults: Faults, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, each with the line it begins in."""
    # The limit is the process's; documents are longer than the 128 KiB it starts with.
    csv.field_size_limit(max(csv.field_size_limit(), MAX_LINE_BYTES))
    reader = csv.reader(_lines(path, faults), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            faults.add(Place(str(path), line), f"not readable as CSV: {error}; nothing from here on was read")
            faults.check()
            return
        if cells is None:
            return
        if cells:
            yield line, cells


def _lines(path: Path, faults: Faults) -> Iterator[str]:
    stream = open_file(path, faults, MAX_FILE_BYTES)
    if stream is None:
        return
    with stream:
        number = offset = 0
        while raw := stream.readline(MAX_LINE_BYTES + 1):
            number += 1
            place = Place(str(path), number)
            if len(raw) > MAX_LINE_BYTES:
                faults.add(place, f"the line is longer than {MAX_LINE_BYTES:,} bytes; nothing from here on was read")
                faults.check()
            try:
                yield raw.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError as error:
                byte = f"byte 0x{raw[error.start]:02x} at offset {offset + error.start}"
                faults.add(place, f"{byte} is no UTF-8; save the file as UTF-8")
                faults.check()
            offset += len(raw)
