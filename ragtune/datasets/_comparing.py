"""What differs between a dataset and what was read back of it, in words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ragtune.datasets._dataset import Dataset
from ragtune.types import Document, Query


@dataclass(frozen=True)
class Names:
    """Id before -> id after, of documents and of queries."""

    documents: Mapping[str, str]
    queries: Mapping[str, str]


def same_names(dataset: Dataset) -> Names:
    """Every id stays."""
    return Names({d.id: d.id for d in dataset.documents}, {q.id: q.id for q in dataset.queries})


def differences(before: Dataset, after: Dataset, names: Names) -> list[str]:
    """One line for each part that is not the same: how many documents or queries it concerns, and the first.

    What reports call a dataset, and what was left out, do not count.
    """
    pairs = _Pairs("document", before.documents, after.documents, names.documents)
    lines = [
        *pairs.missing(),
        *pairs.line("get another id", lambda a, b: a.id != b.id),
        *pairs.moved(),
        *pairs.line("get another text", lambda a, b: a.text != b.text),
        *pairs.line("lose or change their title", lambda a, b: a.title != b.title),
        *pairs.line("lose or change their metadata", lambda a, b: _json(a) != _json(b)),
    ]
    pairs = _Pairs("query", before.queries, after.queries, names.queries)
    return [
        *lines,
        *pairs.missing(),
        *pairs.line("get another id", lambda a, b: a.id != b.id),
        *pairs.moved(),
        *pairs.line("get another text", lambda a, b: a.text != b.text),
        *pairs.line("lose or change their answers", lambda a, b: a.answers != b.answers),
        *pairs.line("lose or change their tags", lambda a, b: a.tags != b.tags),
        *pairs.line("lose the mark that they were made up", lambda a, b: a.simulated != b.simulated),
        *pairs.line("lose the mark that they cannot be answered", lambda a, b: a.answerable != b.answerable),
        *_evidence(pairs, names.documents),
    ]


def _evidence(pairs: _Pairs, names: Mapping[str, str]) -> Iterator[str]:
    """Where it lies, its grades, and which pieces are alternatives; each is told once, the first that is wrong."""

    def spans(query: Query, known: Mapping[str, str]) -> list[Any]:
        return [(known.get(e.document, e.document), e.start, e.end) for e in query.evidence]

    def where(a: Query, b: Query) -> bool:
        return spans(a, names) != spans(b, {})

    def graded(a: Query, b: Query) -> bool:
        return not where(a, b) and [e.grade for e in a.evidence] != [e.grade for e in b.evidence]

    def needed(a: Query, b: Query) -> bool:
        return not where(a, b) and [e.need for e in a.evidence] != [e.need for e in b.evidence]

    yield from pairs.line("get evidence in another part of a document", where)
    yield from pairs.line("lose or change the grades of their evidence", graded)
    yield from pairs.line("change which pieces of evidence are alternatives, or their numbers", needed)


class _Pairs:
    """Documents or queries before, each with what it became."""

    def __init__(self, what: str, before: Sequence[Any], after: Sequence[Any], names: Mapping[str, str]) -> None:
        self._what, self._before, self._after = what, before, after
        found = {item.id: item for item in after}
        self._pairs = [(item, found[names[item.id]]) for item in before if names[item.id] in found]
        self._gone = [item for item in before if names[item.id] not in found]

    def missing(self) -> list[str]:
        """Those that are gone."""
        return self._told([item.id for item in self._gone], "are lost")

    def moved(self) -> list[str]:
        """Whether the order is another."""
        kept = [pair[1].id for pair in self._pairs]
        return [] if kept == [item.id for item in self._after] else [f"the order of {_many(self._what)} changes"]

    def line(self, told: str, changed: Callable[[Any, Any], bool]) -> list[str]:
        """Those that changed."""
        return self._told([a.id for a, b in self._pairs if changed(a, b)], told)

    def _told(self, ids: list[str], told: str) -> list[str]:
        if not ids:
            return []
        return [f"{len(ids):,} of {len(self._before):,} {_many(self._what)} {told} (the first: '{ids[0][:60]}')"]


def _many(what: str) -> str:
    return {"query": "queries", "document": "documents"}[what]


def _json(document: Document) -> str:
    return json.dumps(dict(document.metadata), sort_keys=True)
