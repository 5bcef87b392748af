"""ragtune's own layout, which holds everything a dataset can: what `ragtune dataset convert` writes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar

from ragtune.component import Affects, register
from ragtune.datasets._building import Builder
from ragtune.datasets._dataset import Dataset, DatasetFormat
from ragtune.datasets._questions import read_questions
from ragtune.datasets._reading import read_objects
from ragtune.datasets._record import Record

DOCUMENTS = "documents.jsonl"
QUERIES = "queries.jsonl"
DOCUMENT_KEYS = ("id", "title", "text", "metadata")


@register
class Jsonl(DatasetFormat):
    """`documents.jsonl` with {id, text, title?, metadata?} and `queries.jsonl` as in a folder of your own.

    One document and one question a line. Texts are JSON strings, so newlines and the Unicode form stay as they are,
    and offsets count their code points. `metadata` is any JSON object. The layout of a question is told in
    `_questions.py`.
    """

    layout: ClassVar[str] = f"{DOCUMENTS} and {QUERIES}"

    documents: Annotated[Path, Affects()] = Path(DOCUMENTS)
    """The documents, relative to `path`."""
    queries: Annotated[Path, Affects()] = Path(QUERIES)
    """The questions, relative to `path`."""

    def load(self) -> Dataset:
        """Read all documents, then all questions."""
        builder = Builder()
        for place, values in read_objects(self.path / self.documents, builder.faults):
            _document(Record(place, values, builder.faults, "document"), builder)
        read_questions(self.path / self.queries, builder)
        return builder.build(self.title, self.path)

    @classmethod
    def recognises(cls, path: Path) -> bool:
        """By `documents.jsonl` and `queries.jsonl`."""
        return (path / DOCUMENTS).is_file() and (path / QUERIES).is_file()


def _document(record: Record, builder: Builder) -> None:
    id = record.string("id")
    record.who = record.who if id is None else f"document '{id}'"
    record.only(DOCUMENT_KEYS)
    if id is None:
        return
    text, title = record.string("text"), record.optional_string("title")
    builder.document(record.place, id, text, title, record.mapping("metadata"))
