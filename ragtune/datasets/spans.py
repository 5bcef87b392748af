"""Evidence as spans with their text: the layout in which public chunking studies are kept."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from ragtune.component import register
from ragtune.datasets._building import Builder
from ragtune.datasets._dataset import Dataset, DatasetFormat
from ragtune.datasets._questions import Piece, numbered, span
from ragtune.datasets._quotes import short
from ragtune.datasets._reading import Place, find_files, read_objects, read_text
from ragtune.datasets._record import Record
from ragtune.types import Evidence

# `corpus_id` is what Chroma's study calls the document that a question was written from; the references say it too.
QUESTION_KEYS = ("id", "question", "answer", "answers", "tags", "references", "corpus_id")
REFERENCE_KEYS = ("doc", "start", "end", "text")


@register
class Spans(DatasetFormat):
    """Documents in `corpus/`; `questions.jsonl` with `{id, question, answer?, references: [{doc, start, end, text}]}`.

    Offsets are half open and count code points of the decoded file without a byte order mark. A reference's text must
    equal the slice it points at. Each reference is a need of its own.
    """

    layout: ClassVar[str] = "corpus/ and questions.jsonl"

    def load(self) -> Dataset:
        """Read all documents, then all questions."""
        builder = Builder()
        for id, path in find_files(self.path / "corpus", builder.faults):
            builder.document(Place(str(path)), id, read_text(path, builder.faults))
        for place, values in read_objects(self.path / "questions.jsonl", builder.faults):
            self._question(Record(place, values, builder.faults, "query"), builder)
        return builder.build(self.title, self.path)

    @classmethod
    def recognises(cls, path: Path) -> bool:
        """By `corpus/` and `questions.jsonl`."""
        return (path / "corpus").is_dir() and (path / "questions.jsonl").is_file()

    def _question(self, question: Record, builder: Builder) -> None:
        question.only(QUESTION_KEYS)
        id = question.string("id")
        if id is None:
            return
        question.who = f"query '{id}'"
        pieces: list[Piece] = []
        for reference in question.objects("references", "reference"):
            reference.only(REFERENCE_KEYS)
            piece = self._reference(reference, builder)
            if piece is not None:
                pieces.append((piece, None, reference))
        answer = (question.optional_string("answer"),) if question.has("answer") else ()
        answers, tags = answer + question.strings("answers"), question.strings("tags")
        builder.query(question.place, id, question.string("question"), numbered(pieces), answers, tags)

    def _reference(self, reference: Record, builder: Builder) -> Evidence | None:
        id, text = reference.string("doc"), reference.string("text")
        document = None if id is None else builder.target(reference.place, reference.who, id, [])
        place = None if document is None else span(reference, document)
        if document is None or place is None:
            return None
        there = document.text[slice(*place)]
        if text is not None and there != text:
            where = f"document '{id}' at [{place[0]}, {place[1]})"
            reference.fault(f"{where} reads {short(there)}, but the reference says {short(text)}")
        return Evidence(document.id, *place)
