"""Tables of documents and questions: CSV, JSON lines, Parquet."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar

from ragtune.component import Affects, register
from ragtune.datasets._building import Builder
from ragtune.datasets._columns import Columns
from ragtune.datasets._dataset import Dataset
from ragtune.datasets._tables import SUFFIXES, only_file, open_table


@register
class Table(Columns):
    """`documents.*` and `queries.*`, or one table of questions, answers and contexts; CSV, TSV, JSON lines, Parquet.

    What the columns mean is told in `_columns.py`. CSV has a first row of names, commas, and every row as many cells;
    an empty cell is no value, and a cell that is a list in JSON's or Python's spelling is a list. A fault's line is the
    line of the file, and for Parquet the number of the row. Parquet needs the extra `tables`.
    """

    extra: ClassVar[str] = "tables"

    layout: ClassVar[str] = "documents.csv and queries.csv (.tsv and .parquet too)"

    documents: Annotated[Path | None, Affects()] = None
    """The table of documents, relative to `path`; `documents.*` if there is one, else the questions bring contexts."""
    queries: Annotated[Path | None, Affects()] = None
    """The table of questions, relative to `path`; `queries.*` unless given."""

    def load(self) -> Dataset:
        """Read all documents, then all questions."""
        builder = Builder()
        given = self.documents
        beside = any((self.path / f"documents{suffix}").is_file() for suffix in SUFFIXES)
        documents = None
        if given is not None or beside:
            source = only_file(self.path, "documents", builder.faults) if given is None else self.path / given
            documents = None if source is None else open_table(source, builder.faults)
            builder.faults.check()
        named = only_file(self.path, "queries", builder.faults) if self.queries is None else self.path / self.queries
        questions = None if named is None else open_table(named, builder.faults)
        self.fill(documents, questions, builder)
        return builder.build(self.title, self.path)

    @classmethod
    def recognises(cls, path: Path) -> bool:
        """By `documents` and `queries` in a form that no other format has."""
        return all(
            any((path / f"{stem}{suffix}").is_file() for suffix in (".csv", ".tsv", ".parquet"))
            for stem in ("documents", "queries")
        )
