"""The layout of the BEIR benchmarks: graded judgments of whole documents."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, ClassVar, NamedTuple

from pydantic import Field

from ragtune.component import register
from ragtune.datasets._building import Builder
from ragtune.datasets._dataset import Dataset, DatasetFormat
from ragtune.datasets._reading import Place, read_lines, read_objects
from ragtune.datasets._record import MAX_NUMBER, Record
from ragtune.types import Evidence

QUERY_KEYS = ("_id", "text", "metadata")
DOCUMENT_KEYS = ("_id", "title", "text", "metadata")
NOT_JUDGED = "not judged in this split"
_GRADE = re.compile(r"[-+]?[0-9]{1,10}")


class _Row(NamedTuple):
    grade: int
    place: Place


_Qrels = dict[str, dict[str, _Row]]


@register
class Beir(DatasetFormat):
    """`corpus.jsonl` {_id, title, text}, `queries.jsonl` {_id, text} and `qrels/<split>.tsv` (query, document, grade).

    A document's text is `title + " " + text` where it has a title, as BEIR's own retrievers embed and index it; the
    title is kept as well, and other keys of a document become its metadata. Each relevant document is a need of its
    own. Grades of 0 and less mean "judged not relevant" and are no evidence; a query that has only those is left out,
    where trec_eval would count it as 0. Queries that `queries.jsonl` lacks are looked for in `queries_<split>.jsonl`.
    Source: https://github.com/beir-cellar/beir
    """

    layout: ClassVar[str] = "corpus.jsonl, queries.jsonl and qrels/"

    split: Annotated[str, Field(pattern=r"^\w[\w.-]*$")] = "test"
    """Which file of `qrels/` judges."""

    def load(self) -> Dataset:
        """Read the documents, the judgments of the split, then the queries that they judge."""
        builder = Builder()
        for place, values in read_objects(self.path / "corpus.jsonl", builder.faults):
            self._document(Record(place, values, builder.faults, "document"), builder)
        qrels = self._qrels(builder)
        main, extra = self.path / "queries.jsonl", self.path / f"queries_{self.split}.jsonl"
        read: set[str] = set()
        if main.exists() or not extra.exists():
            read = self._queries(main, qrels, builder, read)
        if extra.exists() and not read.issuperset(qrels):
            self._queries(extra, qrels, builder, read)
        for id, rows in qrels.items():
            if not builder.knows("query", id):
                for row in rows.values():
                    builder.faults.add(row.place, f"there is no query '{id}'")
        return builder.build(self.title, self.path)

    @classmethod
    def recognises(cls, path: Path) -> bool:
        """By `corpus.jsonl` and `qrels/`."""
        return (path / "corpus.jsonl").is_file() and (path / "qrels").is_dir()

    def _document(self, record: Record, builder: Builder) -> None:
        id = record.string("_id")
        if id is None:
            return
        record.who = f"document '{id}'"
        text, title = record.string("text"), record.optional_string("title")
        metadata = record.rest(DOCUMENT_KEYS) | record.mapping("metadata")
        if text is not None and title.strip():
            text = f"{title} {text}".strip()
        builder.document(record.place, id, text, title, metadata)

    def _queries(self, path: Path, qrels: _Qrels, builder: Builder, read: set[str]) -> set[str]:
        """Add the queries of a file, but for those that were read from another; the ids of those added."""
        added = set()
        for place, values in read_objects(path, builder.faults):
            record = Record(place, values, builder.faults, "query")
            record.only(QUERY_KEYS)
            id = record.string("_id")
            if id is None or id in read:
                continue
            added.add(id)
            record.who = f"query '{id}'"
            text, rows = record.string("text"), qrels.get(id)
            evidence = [] if rows is None else self._evidence(id, rows, builder)
            builder.query(place, id, text, evidence, reason=NOT_JUDGED if rows is None else "")
        return added

    def _evidence(self, id: str, rows: dict[str, _Row], builder: Builder) -> list[Evidence]:
        found: list[Evidence] = []
        for document, row in rows.items():
            # Rows of grade 0 must point at a document too: where one does not, the files do not belong together.
            known = builder.target(row.place, f"query '{id}'", document, [])
            if known is not None and row.grade > 0:
                found.append(Evidence(document, grade=row.grade, need=len(found)))
        return found

    def _qrels(self, builder: Builder) -> _Qrels:
        """Query -> document -> row, in the order of the file."""
        path = self.path / "qrels" / f"{self.split}.tsv"
        if not path.is_file():
            splits = sorted(file.stem for file in (self.path / "qrels").glob("*.tsv"))
            builder.faults.add(
                Place(str(path)), f"there is no split '{self.split}'; qrels/ has {', '.join(splits) or 'none'}"
            )
            return {}
        qrels: _Qrels = {}
        for place, line in read_lines(path, builder.faults):
            columns = line.rstrip("\r\n").split("\t")
            if place.line == 1 and not _GRADE.fullmatch(columns[-1].strip()):
                continue  # the header
            if len(columns) != 3:
                builder.faults.add(
                    place, f"a row has 3 columns parted by tabs (query, document, grade), not {len(columns)}"
                )
            elif not _GRADE.fullmatch(columns[2].strip()) or abs(int(columns[2].strip())) > MAX_NUMBER:
                builder.faults.add(place, f"the grade must be a whole number, not '{columns[2][:40]}'")
            else:
                query, document, grade = columns[0], columns[1], int(columns[2].strip())
                first = qrels.setdefault(query, {}).setdefault(document, _Row(grade, place))
                if first.grade != grade:
                    told = f"grade {first.grade} in line {first.place.line}, and grade {grade} here"
                    builder.faults.add(place, f"query '{query}', document '{document}' has {told}")
        return qrels
