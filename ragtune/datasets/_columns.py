"""A mapping from the columns of tables to documents and questions: what the formats `table` and `huggingface` share.

Two layouts: documents in one table and questions in another, or one table of questions with the text they are answered
from beside them, where each distinct text is a document and its own evidence.

- Documents: an id, a text, a title, and all other columns as metadata (an object under `metadata` is spread out).
- Questions: an id (without such a column, the number of the row), the question, answers, and the evidence: ids of
  documents, and beside them, where it is a part only, `quote`, or `start` and `end`; `grade` where it is graded. Each of
  these is one value, or a list with one for each piece of evidence. Each piece is a need of its own. A question with
  true under `is_impossible` (SQuAD 2.0) is not answered by the documents: what it names is no evidence.
"""

from __future__ import annotations

from typing import Any

from ragtune.datasets._building import Builder
from ragtune.datasets._cases import Case, Passage, add_cases
from ragtune.datasets._dataset import DatasetFormat
from ragtune.datasets._questions import Piece, numbered, read_piece
from ragtune.datasets._record import Record
from ragtune.datasets._row import Row
from ragtune.datasets._tables import Table

PARTS = ("quote", "start", "end", "grade")


class Columns(DatasetFormat):
    """Knobs that name the columns."""

    document_id: str = "id"
    document_text: str = "text"
    document_title: str = "title"
    metadata: str = "*"
    """Columns that become metadata: `*` for all that have no other use, or names parted by commas."""
    query_id: str = "id"
    question: str = "question"
    answers: str = "answer"
    """The column of the answer, or of a list of answers."""
    evidence: str = "evidence"
    """The column of the id of the document that answers, or of a list of ids."""
    quote: str = "quote"
    start: str = "start"
    end: str = "end"
    grade: str = "grade"
    tags: str = "tags"
    simulated: str = "simulated"
    """The column that names the recipe of a question that was made up."""
    impossible: str = "is_impossible"
    """The column that is true for a question that the documents do not answer."""
    context: str = "context"
    """The column of the text, or list of texts, that answers, where there is no table of documents."""

    def fill(self, documents: Table | None, questions: Table | None, builder: Builder) -> None:
        """Add all documents, then all questions; a table that is None where it should not be is a fault already."""
        if documents is not None:
            if documents.lacks((self.document_id, self.document_text), builder.faults):
                builder.faults.check()  # without documents each question would be one fault more
            for place, values in documents.rows:
                self._document(Row(place, values, builder.faults, "document"), builder)
        if questions is None:
            return
        id = () if self.query_id == "id" else (self.query_id,)
        where = self.context if documents is None else self.evidence
        if questions.lacks((*id, self.question, where), builder.faults):
            return
        rows = (Row(place, values, builder.faults, "query") for place, values in questions.rows)
        if documents is None:
            add_cases(builder, [case for n, row in enumerate(rows, 1) if (case := self._case(row, n, questions))])
        else:
            for number, row in enumerate(rows, 1):
                self._query(row, number, questions, builder)

    def _document(self, row: Row, builder: Builder) -> None:
        id = row.identifier(self.document_id)
        if id is None:
            return
        row.who = f"document '{id}'"
        used = (self.document_id, self.document_text, self.document_title)
        text, title = row.string(self.document_text), row.optional_string(self.document_title)
        builder.document(row.place, id, text, title, row.extra(used, self.metadata))

    def _id(self, row: Row, number: int, table: Table) -> str | None:
        """The id of a question; the number of its row where the table has no such column."""
        if self.query_id == "id" and not (table.has("id") if table.columns is not None else row.given("id")):
            id: str | None = str(number)
        else:
            id = row.identifier(self.query_id)
        row.who = row.who if id is None else f"query '{id}'"
        return id

    def _case(self, row: Row, number: int, table: Table) -> Case | None:
        id = self._id(row, number, table)
        if id is None:
            return None
        passages = [Passage(text) for text in row.texts(self.context)]
        answers, tags, made = row.texts(self.answers), row.texts(self.tags), row.optional_string(self.simulated)
        question = row.string(self.question)
        if row.truth(self.impossible):
            return Case(row, id, question, answers, (), passages, tags=tags, simulated=made, answerable=False)
        return Case(row, id, question, answers, passages, tags=tags, simulated=made)

    def _query(self, row: Row, number: int, table: Table, builder: Builder) -> None:
        id = self._id(row, number, table)
        if id is None:
            return
        answers, tags, made = row.texts(self.answers), row.texts(self.tags), row.optional_string(self.simulated)
        answerable = not row.truth(self.impossible)
        evidence = numbered(self._pieces(row, builder)) if answerable else ()
        question = row.string(self.question)
        builder.query(row.place, id, question, evidence, answers, tags, simulated=made, answerable=answerable)

    def _pieces(self, row: Row, builder: Builder) -> list[Piece]:
        ids = row.identifiers(self.evidence)
        objects: list[dict[str, Any]] = [{"doc": id} for id in ids]
        for part in PARTS:
            column = getattr(self, part)
            values = row.values(column) if part == "quote" else row.numbers(column)
            if values and len(values) != len(ids):
                row.fault(f"'{column}' has {len(values)} values, and '{self.evidence}' has {len(ids)}")
                return []
            for piece, value in zip(objects, values, strict=False):
                piece[part] = value
        found: list[Piece] = []
        for i, piece in enumerate(objects, 1):
            record = Record(row.place, piece, builder.faults, f"{row.who}, evidence {i}")
            evidence = read_piece(record, builder, [])
            if evidence is not None:
                found.append((evidence, None, record))
        return found
