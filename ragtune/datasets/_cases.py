"""Questions that come with the texts that answer them, instead of with documents.

Each distinct text becomes a document, known by the hash of its text, so that its id outlives a new export. Where the
documents are at hand in a folder, the texts are looked for in them instead, and the evidence is where they stand.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ragtune.datasets._building import Builder
from ragtune.datasets._questions import Piece, numbered
from ragtune.datasets._quotes import MAX_PLACES, Found, locate
from ragtune.datasets._reading import Place, find_files, read_text
from ragtune.datasets._record import Record
from ragtune.types import Evidence

SUFFIXES = (".md", ".txt")


@dataclass(frozen=True)
class Passage:
    """A text that came with a question."""

    text: str
    metadata: Mapping[str, Any] = field(default_factory=dict)
    title: str = ""


@dataclass(frozen=True)
class Case:
    """A question with its texts.

    Attributes:
        record: Where it stands, and what its faults are said of.
        id: The question's id.
        question: The text; None after a fault.
        answers: Reference answers.
        references: What is labelled as evidence.
        others: What came along and is no evidence; documents all the same.
        tags: Tags of the question.
        simulated: The recipe that made the question up.
        alternatives: Any one of the references is enough; otherwise each is needed.
        reason: Why the question is left out, if it has to be.
        answerable: False where the documents do not answer it, so that it has no references.
    """

    record: Record
    id: str
    question: str | None
    answers: tuple[str, ...] = ()
    references: Sequence[Passage] = ()
    others: Sequence[Passage] = ()
    tags: tuple[str, ...] = ()
    simulated: str = ""
    alternatives: bool = False
    reason: str = ""
    answerable: bool = True


def add_cases(builder: Builder, cases: Sequence[Case], folder: Path | None = None) -> None:
    """Add the documents, from the folder if there is one, then the questions."""
    sources: _Given | _Folder = _Given(builder, cases) if folder is None else _Folder(builder, folder)
    for case in cases:
        pieces: list[Piece] = []
        reasons = [case.reason] if case.reason else []
        for i, passage in enumerate(() if case.reason else case.references, 1):
            record = Record(case.record.place, {}, builder.faults, f"{case.record.who}, reference {i}")
            if not passage.text.strip():
                record.fault("the text is empty")
                continue
            found = sources.evidence(passage, record, reasons)
            if found is not None:
                pieces.append((found, None, record))
        evidence, reason = numbered(pieces, case.alternatives), reasons[0] if reasons else ""
        place = case.record.place
        builder.query(
            place, case.id, case.question, evidence, case.answers, case.tags, reason, case.simulated, case.answerable
        )


def context_id(text: str) -> str:
    """The id of a document that is known by its text alone."""
    return f"context-{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


class _Given:
    """The texts themselves are the documents; metadata is what all of a text's appearances agree on."""

    def __init__(self, builder: Builder, cases: Sequence[Case]) -> None:
        places: dict[str, Place] = {}
        titles: dict[str, str] = {}
        metadata: dict[str, dict[str, Any]] = {}
        for case in cases:
            for passage in (*case.references, *case.others):
                if not passage.text.strip():
                    continue
                places.setdefault(passage.text, case.record.place)
                titles[passage.text] = titles.get(passage.text) or passage.title
                kept = metadata.setdefault(passage.text, dict(passage.metadata))
                for key in [key for key in kept if passage.metadata.get(key) != kept[key]]:
                    del kept[key]
        for text, place in places.items():
            builder.document(place, context_id(text), text, titles[text], metadata[text])

    def evidence(self, passage: Passage, record: Record, reasons: list[str]) -> Evidence | None:
        return Evidence(context_id(passage.text))


class _Folder:
    """Documents of a folder, in which the texts are found as quotes."""

    def __init__(self, builder: Builder, folder: Path) -> None:
        self._builder = builder
        self._texts: dict[str, str] = {}
        for id, path in find_files(folder, builder.faults, SUFFIXES):
            text = read_text(path, builder.faults)
            builder.document(Place(str(path)), id, text)
            if text is not None and text.strip():
                self._texts[id] = text

    def evidence(self, passage: Passage, record: Record, reasons: list[str]) -> Evidence | None:
        # Looking for it as it is written first spares the slow search in documents that do not have it.
        exact = [id for id, text in self._texts.items() if passage.text in text]
        places = [(id, *span) for id in exact or self._texts for span in locate(passage.text, self._texts[id]).spans]
        if len(places) == 1:
            return Evidence(*places[0])
        if not self._builder.excused("quote found twice" if places else "quote not found", reasons):
            told = Found(()).complaint(passage.text).replace("the document", "any document")
            if places:
                where = ", ".join(f"'{id}' at {start}" for id, start, _ in places[:MAX_PLACES])
                told = f"the text is found more than once: {where}"
            record.fault(told)
        return None
