"""AutoRAG's two tables: `qa.parquet` and `corpus.parquet`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from ragtune.component import Affects, register
from ragtune.datasets._building import Builder
from ragtune.datasets._dataset import Dataset, DatasetFormat
from ragtune.datasets._questions import Piece, numbered
from ragtune.datasets._reading import json_type
from ragtune.datasets._record import Record
from ragtune.datasets._row import Row
from ragtune.datasets._tables import open_table
from ragtune.types import Evidence

CORPUS_COLUMNS = ("doc_id", "contents")
QA_COLUMNS = ("qid", "query", "retrieval_gt")


@register
class Autorag(DatasetFormat):
    """`corpus.parquet` (doc_id, contents, metadata) and `qa.parquet` (qid, query, retrieval_gt, generation_gt).

    `retrieval_gt` is a list of lists of document ids, as AutoRAG's page on data formats has it: one of each inner list
    is needed (or), and all of the outer (and), so an inner list becomes one need. A single id, or `[[]]` for none, is
    allowed too. `contents` are AutoRAG's passages; they are whole documents here, which a chunker may still cut.
    Metadata and all further columns of the corpus are kept. A fault's line is the number of the row. CSV and JSON lines
    with these columns are read as well.

    Source: https://marker-inc-korea.github.io/AutoRAG/data_creation/data_format.html.
    """

    extra: ClassVar[str] = "tables"

    layout: ClassVar[str] = "corpus.parquet and qa.parquet"

    corpus: Annotated[Path, Affects()] = Path("corpus.parquet")
    qa: Annotated[Path, Affects()] = Path("qa.parquet")
    flat: Literal["and", "or"] = "and"
    """What a flat list of ids means. AutoRAG's page says that all are needed; its code takes them as alternatives."""

    def load(self) -> Dataset:
        """Read all documents, then all questions."""
        builder = Builder()
        corpus = open_table(self.path / self.corpus, builder.faults)
        qa = open_table(self.path / self.qa, builder.faults)
        if corpus is None or corpus.lacks(CORPUS_COLUMNS, builder.faults):
            builder.faults.check()  # without documents each question would be one fault more
        for place, values in () if corpus is None else corpus.rows:
            self._document(Row(place, values, builder.faults, "document"), builder)
        if qa is not None and not qa.lacks(QA_COLUMNS, builder.faults):
            for place, values in qa.rows:
                self._query(Row(place, values, builder.faults, "query"), builder)
        return builder.build(self.title, self.path)

    @classmethod
    def recognises(cls, path: Path) -> bool:
        """By `corpus.parquet` and `qa.parquet`."""
        return (path / "corpus.parquet").is_file() and (path / "qa.parquet").is_file()

    def _document(self, row: Row, builder: Builder) -> None:
        id = row.identifier("doc_id")
        if id is None:
            return
        row.who = f"document '{id}'"
        builder.document(row.place, id, row.string("contents"), "", row.extra(CORPUS_COLUMNS, "*"))

    def _query(self, row: Row, builder: Builder) -> None:
        id = row.identifier("qid")
        if id is None:
            return
        row.who = f"query '{id}'"
        pieces: list[Piece] = []
        for need, ids in enumerate(self._needs(row)):
            for document in ids:
                who = Record(row.place, {}, builder.faults, row.who)
                if builder.target(row.place, row.who, document, []) is not None:
                    pieces.append((Evidence(document), need, who))
        builder.query(row.place, id, row.string("query"), numbered(pieces), row.texts("generation_gt"))

    def _needs(self, row: Row) -> list[list[str]]:
        """A list of document ids for each need; empty ids and lists are none, as in AutoRAG."""
        given: list[Any] = row.values("retrieval_gt")
        if all(isinstance(item, list) for item in given):
            groups = given
        elif self.flat == "or":
            groups = [given]
        else:
            groups = [[item] for item in given]
        wrong = next((item for group in groups for item in group if not isinstance(item, str)), None)
        if wrong is not None:
            row.fault(f"'retrieval_gt' must be a list of lists of document ids; one of them is {json_type(wrong)}")
            return []
        return [[id for id in group if id] for group in groups]
