"""Questions as JSON lines, the way a person writes them: evidence by document, by offsets or by quote.

```
{"id": "q1", "text": "How long is the warranty?", "evidence": [{"doc": "terms.md", "quote": "two years"}]}
```

Keys of a question: `id`; `text` (or `question`, or `query`); `evidence`, a list of pieces; `any`, true when any one of
the pieces is enough; `answers` and `tags`, lists of texts; `simulated`, the recipe that made the question up;
`answerable`, false for a question that the documents do not answer, which has no evidence then.
Keys of a piece: `doc`; nothing more for the whole document, `start` and `end` for a span, or `quote` for the span where that
text stands; `grade`, 1 unless given; `need`, a number that pieces share when any one of them is enough (without it each piece
is needed).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ragtune.datasets._building import Builder
from ragtune.datasets._quotes import locate
from ragtune.datasets._reading import read_objects
from ragtune.datasets._record import Record
from ragtune.types import Document, Evidence

QUESTION_KEYS = ("id", "text", "question", "query", "evidence", "any", "answers", "tags", "simulated", "answerable")
Piece = tuple[Evidence, int | None, Record]
"""A piece of evidence, its need where one was given, and the object that gave it."""

PIECE_KEYS = ("doc", "start", "end", "quote", "grade", "need")


def read_questions(path: Path, builder: Builder) -> None:
    """Add the questions of a file to the builder, which has all documents by now."""
    for place, values in read_objects(path, builder.faults):
        question = Record(place, values, builder.faults, "query")
        question.only(QUESTION_KEYS)
        id = question.string("id")
        if id is None:
            continue
        question.who = f"query '{id}'"
        reasons: list[str] = []
        evidence = _evidence(question, builder, reasons)
        builder.query(
            place,
            id,
            question.string("text", "question", "query"),
            evidence,
            question.strings("answers"),
            question.strings("tags"),
            reasons[0] if reasons else "",
            question.optional_string("simulated"),
            question.flag("answerable", True),
        )


def span(piece: Record, document: Document) -> tuple[int, int] | None:
    """The span that stands under `start` and `end`, inside its document; None after a fault."""
    start, end = piece.integer("start", 0), piece.integer("end", 0)
    if start is None or end is None:
        return None
    length = len(document.text)
    if start >= end:
        piece.fault(f"start {start} is not before end {end}")
    elif end > length:
        piece.fault(f"[{start}, {end}) reaches outside document '{document.id}', which has {length} characters")
    else:
        return start, end
    return None


def numbered(pieces: Sequence[Piece], alternatives: bool = False) -> tuple[Evidence, ...]:
    """Evidence with its needs counted from 0 in order of appearance, and a piece that is given twice kept once.

    Args:
        pieces: Evidence, its need as given, and its record; a piece without a need (None) is a need of its own.
        alternatives: All pieces meet one and the same need.
    """
    needs: dict[object, int] = {}
    kept: dict[object, Evidence] = {}
    for piece, given, record in pieces:
        where = (piece.document, piece.start, piece.end)
        need = needs.setdefault(0 if alternatives else where if given is None else given, len(needs))
        first = kept.setdefault((where, need), Evidence(*where, piece.grade, need))
        if first.grade != piece.grade:
            record.fault(f"the same evidence was given grade {first.grade} before, and grade {piece.grade} here")
    return tuple(kept.values())


def _evidence(question: Record, builder: Builder, reasons: list[str]) -> tuple[Evidence, ...]:
    alternatives = question.flag("any")
    pieces: list[Piece] = []
    for piece in question.objects("evidence", "evidence"):
        piece.only(PIECE_KEYS)
        if alternatives and piece.has("need"):
            piece.fault("'any' makes all pieces one need; leave 'need' or 'any' out")
        found = read_piece(piece, builder, reasons)
        need = piece.integer("need", 0) if piece.has("need") else None
        if found is not None:
            pieces.append((found, need, piece))
    return numbered(pieces, alternatives)


def read_piece(piece: Record, builder: Builder, reasons: list[str]) -> Evidence | None:
    """The evidence that one object names; None after a fault, or with a reason added."""
    grade = piece.integer("grade", 1) if piece.has("grade") else 1
    id = piece.string("doc")
    document = builder.target(piece.place, piece.who, id, reasons) if id is not None else None
    by_offsets = piece.has("start") or piece.has("end")
    if by_offsets and piece.has("quote"):
        piece.fault("give a quote, or start and end, not both")
        return None
    if document is None or grade is None:
        return None
    if by_offsets:
        place = span(piece, document)
    elif piece.has("quote"):
        place = _quoted(piece, document, builder, reasons)
    else:
        return Evidence(document.id, grade=grade)
    return None if place is None else Evidence(document.id, *place, grade)


def _quoted(piece: Record, document: Document, builder: Builder, reasons: list[str]) -> tuple[int, int] | None:
    quote = piece.string("quote")
    if quote is None:
        return None
    if not quote.strip():
        piece.fault("the quote is empty")
        return None
    found = locate(quote, document.text)
    if len(found.spans) == 1:
        return found.spans[0]
    if not builder.excused("quote found twice" if found.spans else "quote not found", reasons):
        piece.fault(f"in document '{document.id}', {found.complaint(quote)}")
    return None
