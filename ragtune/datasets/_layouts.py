"""How a dataset is laid out in files: a function for each format that can be written.

Each writes as much as its format can hold. What was lost is not told here: the dataset is read back and compared.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from ragtune.datasets._comparing import Names, same_names
from ragtune.datasets._dataset import Dataset
from ragtune.types import Document, Evidence, Query

Layout = Callable[[Dataset, Path], Names]
"""Writes a dataset to a folder and says what became of the ids."""

MAX_NAME = 100
_BREAK = re.compile(r"[\t\r\n]+")
_FILE_NAME = re.compile(r"[\w][\w.+-]*(?:/[\w][\w.+-]*)*", re.ASCII)
# A first line that begins with < would be taken for markup, a byte order mark for a sign of the encoding.
_ONE_WORD = re.compile(r"[^\s<\ufeff]\S*")


def jsonl(dataset: Dataset, folder: Path) -> Names:
    """Everything."""
    write_lines(folder / "documents.jsonl", (_document(d) for d in dataset.documents))
    write_lines(folder / "queries.jsonl", (_question(query) for query in dataset.queries))
    return same_names(dataset)


def beir(dataset: Dataset, folder: Path) -> Names:
    """Whole documents with grades."""
    write_lines(folder / "corpus.jsonl", (_beir_document(document) for document in dataset.documents))
    write_lines(folder / "queries.jsonl", ({"_id": query.id, "text": query.text} for query in dataset.queries))
    rows = (f"{q.id}\t{name}\t{grade}" for q in dataset.queries for name, grade in _grades(q).items())
    write_text(folder / "qrels" / "test.tsv", "query-id\tcorpus-id\tscore\n" + "".join(f"{row}\n" for row in rows))
    return same_names(dataset)


def trec(dataset: Dataset, folder: Path) -> Names:
    """Whole documents with grades, and ids of one word."""
    documents = _renamed([document.id for document in dataset.documents], _ONE_WORD, "d")
    queries = _renamed([query.id for query in dataset.queries], _ONE_WORD, "q")
    write_lines(folder / "documents.jsonl", (_document(d) | {"id": documents[d.id]} for d in dataset.documents))
    topics = (f"{queries[query.id]}\t{_BREAK.sub(' ', query.text)}\n" for query in dataset.queries)
    write_text(folder / "topics.tsv", "".join(topics))
    rows = (
        f"{queries[query.id]} 0 {documents[name]} {grade}\n"
        for query in dataset.queries
        for name, grade in _grades(query).items()
    )
    write_text(folder / "qrels.txt", "".join(rows))
    return Names(documents, queries)


def spans(dataset: Dataset, folder: Path) -> Names:
    """Texts as files, and spans of them; a whole document is the span of all its text."""
    names = _renamed([document.id for document in dataset.documents], _FILE_NAME, "d")
    lengths = {document.id: len(document.text) for document in dataset.documents}
    texts = {document.id: document.text for document in dataset.documents}
    for document in dataset.documents:
        # A first character that is a byte order mark would be taken for a sign of the encoding.
        mark = "\ufeff" if document.text.startswith("\ufeff") else ""
        write_text(folder / "corpus" / names[document.id], mark + document.text)

    def reference(piece: Evidence) -> dict[str, Any]:
        start = piece.start or 0
        end = lengths[piece.document] if piece.end is None else piece.end
        return {"doc": names[piece.document], "start": start, "end": end, "text": texts[piece.document][start:end]}

    write_lines(
        folder / "questions.jsonl",
        (
            {"id": q.id, "question": q.text, "references": [reference(piece) for piece in q.evidence]}
            | ({"answers": list(q.answers)} if q.answers else {})
            | ({"tags": list(q.tags)} if q.tags else {})
            for q in dataset.queries
        ),
    )
    return Names(names, {query.id: query.id for query in dataset.queries})


LAYOUTS: dict[str, Layout] = {"beir": beir, "jsonl": jsonl, "spans": spans, "trec": trec}


def write_lines(path: Path, objects: Iterable[Mapping[str, Any]]) -> None:
    """JSON lines; ValueError for what JSON cannot hold."""
    write_text(path, "".join(f"{json.dumps(value, ensure_ascii=False, allow_nan=False)}\n" for value in objects))


def write_text(path: Path, text: str) -> None:
    """A new file of UTF-8, with newlines as they are."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.write(text.encode())


def _document(document: Document) -> dict[str, Any]:
    found: dict[str, Any] = {"id": document.id}
    if document.title:
        found["title"] = document.title
    found["text"] = document.text
    if document.metadata:
        found["metadata"] = dict(document.metadata)
    return found


def _beir_document(document: Document) -> dict[str, Any]:
    """BEIR puts the title before the text when it is read; offsets and text must be the same afterwards."""
    found = {"_id": document.id, "title": "", "text": document.text, "metadata": dict(document.metadata)}
    for rest in (document.text.removeprefix(f"{document.title} ".lstrip()), ""):
        if document.title.strip() and f"{document.title} {rest}".strip() == document.text:
            return found | {"title": document.title, "text": rest}
    return found


def _question(query: Query) -> dict[str, Any]:
    found: dict[str, Any] = {"id": query.id, "text": query.text, "evidence": [_piece(p) for p in query.evidence]}
    found |= {"answers": list(query.answers)} if query.answers else {}
    found |= {"tags": list(query.tags)} if query.tags else {}
    found |= {"simulated": query.simulated} if query.simulated else {}
    found |= {} if query.answerable else {"answerable": False}
    return found


def _piece(piece: Evidence) -> dict[str, Any]:
    found: dict[str, Any] = {"doc": piece.document}
    if piece.start is not None:
        found |= {"start": piece.start, "end": piece.end}
    return found | {"grade": piece.grade, "need": piece.need}


def _grades(query: Query) -> dict[str, int]:
    """Document -> the highest grade of any evidence in it."""
    found: dict[str, int] = {}
    for piece in query.evidence:
        found[piece.document] = max(piece.grade, found.get(piece.document, piece.grade))
    return found


def _renamed(ids: list[str], allowed: re.Pattern[str], letter: str) -> dict[str, str]:
    """Ids as they are where the format can hold them, and numbers where it cannot; no two the same, nor by case."""
    taken = {id.casefold() for id in ids}
    names: dict[str, str] = {}
    used: set[str] = set()
    folders: set[str] = set()
    for number, id in enumerate(ids, 1):
        name = id
        parts = name.casefold().split("/")
        above = {"/".join(parts[:n]) for n in range(1, len(parts))}
        fits = allowed.fullmatch(name) and all(len(part.encode()) <= MAX_NAME for part in parts)
        if not fits or name.casefold() in used | folders or above & used:
            name = next(
                f"{letter}{n}" for n in range(number, number + 2 * len(ids)) if f"{letter}{n}" not in taken | used
            )
            above = set()
        used.add(name.casefold())
        folders |= above
        names[id] = name
    return names
