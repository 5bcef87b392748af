"""TREC's topics, qrels and documents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, ClassVar, Literal, NamedTuple

from ragtune.component import Affects, register
from ragtune.datasets._building import Builder
from ragtune.datasets._dataset import Dataset, DatasetFormat
from ragtune.datasets._reading import Faults, Place, find_files, read_lines, read_objects
from ragtune.datasets._record import MAX_NUMBER, Record
from ragtune.datasets._trec import blocks, parts_of, topic_fields
from ragtune.types import Evidence

TOPICS = ("topics.tsv", "topics.txt", "topics.trec")
DOCUMENTS = ("documents.jsonl", "documents.trec", "documents")
QRELS = "qrels.txt"
KEYS = ("docno", "id", "text", "contents", "title", "metadata")
NOT_JUDGED = "not judged in the qrels"
PARTS = {"title": ("title",), "desc": ("desc",), "title-desc": ("title", "desc")}
_GRADE = re.compile(r"[-+]?[0-9]{1,10}")


class _Row(NamedTuple):
    grade: int
    place: Place


@register
class Trec(DatasetFormat):
    """Topics (`<top>` markup, or `id<tab>text`), `qrels.txt`, and documents (`<DOC>` markup, or JSON lines).

    Topics: of `<num>`, `<title>`, `<desc>`, `<narr>`, `topic` says which are the query; white space is folded, and a
    number loses its leading zeros, as in TREC's own qrels. Qrels: query, iteration, document, grade, parted by white
    space (or by tabs only, where ids hold blanks). Grades of 0 and less mean "judged not relevant" and are no evidence;
    each relevant document is a need of its own. A query that is not judged, or that has no relevant document, is left
    out, where trec_eval would count the latter as 0.

    Documents: a file or a folder of files. Of `<DOC>` the id is `<DOCNO>`, the text what stands in `<TEXT>` (or, where
    there is none, all but id, title and header) without markup, the title `<TITLE>`, `<HEADLINE>`, `<HL>` or
    `<TI>`; elements beside `<TEXT>` are metadata. Of JSON lines: `docno` or `id`, `text` or `contents`, `title`; other keys are
    metadata. All files must be UTF-8.

    Source: https://trec.nist.gov/data/qrels_eng/ and trec_eval.
    """

    layout: ClassVar[str] = f"topics.tsv or .txt, {QRELS}, and documents.jsonl, .trec or documents/"

    topics: Annotated[Path | None, Affects()] = None
    """The topics, relative to `path`; `topics.tsv`, `.txt` or `.trec` unless given."""
    qrels: Annotated[Path, Affects()] = Path(QRELS)
    """The judgments, relative to `path`."""
    documents: Annotated[Path | None, Affects()] = None
    """A file or folder, relative to `path`; `documents.jsonl`, `documents.trec` or `documents/` unless given."""
    topic: Literal["title", "desc", "title-desc"] = "title"
    """Which fields of a topic in markup are the query."""

    def load(self) -> Dataset:
        """Read the documents, the judgments, then the topics."""
        builder = Builder()
        found = self._given(self.documents, DOCUMENTS, builder.faults)
        if found is not None:
            files = find_files(found, builder.faults) if found.is_dir() else [("", found)]
            for _, path in files:
                read = _objects if path.suffix.lower() in (".jsonl", ".ndjson") else _marked
                read(path, builder)
        qrels = _qrels(self.path / self.qrels, builder.faults)
        topics = self._given(self.topics, TOPICS, builder.faults)
        if topics is None:
            builder.faults.check()
            return builder.build(self.title, self.path)
        for place, id, text in self._topics(topics, builder.faults):
            rows = qrels.get(id)
            evidence = [] if rows is None else _evidence(id, rows, builder)
            builder.query(place, id, text, evidence, reason=NOT_JUDGED if rows is None else "")
        for id, rows in qrels.items():
            if not builder.knows("query", id):
                builder.faults.add(next(iter(rows.values())).place, f"there is no topic '{id}'")
        return builder.build(self.title, self.path)

    @classmethod
    def recognises(cls, path: Path) -> bool:
        """By `qrels.txt`, topics and documents under the names they have unless told otherwise."""
        parts = [any((path / name).exists() for name in names) for names in (TOPICS, DOCUMENTS)]
        return (path / QRELS).is_file() and all(parts)

    def _given(self, knob: Path | None, names: tuple[str, ...], faults: Faults) -> Path | None:
        if knob is not None:
            return self.path / knob
        found = [name for name in names if (self.path / name).exists()]
        if len(found) == 1:
            return self.path / found[0]
        told = f"there is more than one: {', '.join(found)}" if found else "there is none"
        faults.add(Place(str(self.path)), f"one of {', '.join(names)} is looked for, and {told}")
        return None

    def _topics(self, path: Path, faults: Faults) -> Iterator[tuple[Place, str, str | None]]:
        if _is_markup(path):
            for block in blocks(path, "top", faults):
                fields = topic_fields(block)
                number = fields.get("num", "")
                if not number:
                    faults.add(block.place, "this <top> has no <num>")
                    continue
                parts = PARTS[self.topic]
                missing = [part for part in parts if not fields.get(part)]
                for part in missing:
                    faults.add(block.place, f"topic '{number}' has no <{part}>")
                text = None if missing else " ".join(fields[part] for part in parts)
                yield block.place, _unpadded(number), text
            return
        for place, line in read_lines(path, faults):
            columns = line.rstrip("\r\n").split("\t")
            if len(columns) != 2:
                faults.add(place, f"a topic is an id, a tab and a text, and this line has {len(columns)} columns")
            else:
                yield place, columns[0], columns[1]


def _is_markup(path: Path) -> bool:
    _, first = next(read_lines(path, Faults()), (None, ""))
    return first.lstrip().startswith("<")


def _unpadded(number: str) -> str:
    return (number.lstrip("0") or "0") if number.isdecimal() else number


def _marked(path: Path, builder: Builder) -> None:
    for block in blocks(path, "DOC", builder.faults):
        found = parts_of(block)
        if len(found.ids) == 1:
            builder.document(block.place, found.ids[0], found.text, found.title, found.metadata)
        else:
            builder.faults.add(block.place, f"this <DOC> must have one <DOCNO>, and has {len(found.ids) or 'none'}")


def _objects(path: Path, builder: Builder) -> None:
    for place, values in read_objects(path, builder.faults):
        record = Record(place, values, builder.faults, "document")
        id = record.string("docno", "id")
        if id is None:
            continue
        record.who = f"document '{id}'"
        text, title = record.string("text", "contents"), record.optional_string("title")
        builder.document(place, id, text, title, record.rest(KEYS) | record.mapping("metadata"))


def _evidence(id: str, rows: dict[str, _Row], builder: Builder) -> list[Evidence]:
    found: list[Evidence] = []
    for name, row in rows.items():
        # Rows of grade 0 must point at a document too: where one does not, the files do not belong together.
        known = builder.target(row.place, f"query '{id}'", name, [])
        if known is not None and row.grade > 0:
            found.append(Evidence(name, grade=row.grade, need=len(found)))
    return found


def _qrels(path: Path, faults: Faults) -> dict[str, dict[str, _Row]]:
    """Query -> document -> row, in the order of the file."""
    qrels: dict[str, dict[str, _Row]] = {}
    for place, line in read_lines(path, faults):
        stripped = line.strip("\r\n")
        columns = stripped.split("\t") if stripped.count("\t") == 3 else stripped.split()
        columns[-1:] = [column.strip() for column in columns[-1:]]
        if len(columns) != 4:
            faults.add(place, f"a row has 4 columns (query, iteration, document, grade), not {len(columns)}")
        elif not _GRADE.fullmatch(columns[3]) or abs(int(columns[3])) > MAX_NUMBER:
            faults.add(place, f"the grade must be a whole number, not '{columns[3][:40]}'")
        else:
            query, _, name, grade = columns[0], columns[1], columns[2], int(columns[3])
            first = qrels.setdefault(query, {}).setdefault(name, _Row(grade, place))
            if first.grade != grade:
                told = f"grade {first.grade} in line {first.place.line}, and grade {grade} here"
                faults.add(place, f"query '{query}', document '{name}' has {told}")
    return qrels
