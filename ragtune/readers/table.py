"""Comma-separated values, each row with its column names, as LlamaIndex's PagedCSVReader writes it.

That reader opens a file in the machine's own encoding and breaks on a ragged row without telling which.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator
from typing import BinaryIO

from ragtune.readers.base import (
    MAX_EXTRACTED_BYTES,
    Extracted,
    Reader,
    UnreadableError,
    clean,
    decode,
    in_line,
)

_DELIMITERS = ",;\t|"


def read(stream: BinaryIO) -> Extracted:
    """`column: value` lines, a blank line between two rows; the first row names the columns, empty cells are left out.

    The delimiter is the one of `, ; | TAB` that stands most often in the first line (a comma when none does).
    """
    parts: list[str] = []
    names: list[str] = []
    size = 0
    for line, row in _rows(clean(decode(stream.read()))):
        if not names:
            names = [in_line(cell) or f"column {i}" for i, cell in enumerate(row, 1)]
            continue
        if len(row) != len(names):
            told = f"the row that ends here has {len(row)} cells, and the first row names {len(names)} columns"
            raise UnreadableError(told, line)
        pairs = zip(names, (cell.strip() for cell in row), strict=True)
        parts.append("\n".join(f"{name}: {cell}" for name, cell in pairs if cell))
        size += len(parts[-1])
        if size > MAX_EXTRACTED_BYTES:  # long column names are repeated with each row
            raise UnreadableError(f"its text is longer than {MAX_EXTRACTED_BYTES:,} bytes", line)
    return Extracted("\n\n".join(parts), "", {"format": "csv", "rows": len(parts), "columns": names})


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not blank, each with the number of its last line."""
    first = text.lstrip("\n").partition("\n")[0]
    csv.field_size_limit(sys.maxsize)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=max(_DELIMITERS, key=first.count), strict=True)
    try:
        for row in rows:
            if any(cell.strip() for cell in row):
                yield rows.line_num, row
    except csv.Error as error:
        raise UnreadableError(f"no CSV: {error}", rows.line_num) from None


READER = Reader("csv", 1, (".csv", ".tsv"), read)
