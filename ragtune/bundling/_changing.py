"""Documents that are added, replaced and deleted: the faults of such a wish, and the corpus that it makes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ragtune.bundling._pieces import Pieces
from ragtune.errors import Fault, InputError, suggest
from ragtune.types import Corpus, Document


@dataclass(frozen=True)
class Change:
    """What a change came to: documents and chunks that there are now, and texts that a model had to embed for it."""

    documents: int
    chunks: int
    embedded: int


def added(corpus: Corpus, documents: Iterable[Document]) -> Pieces:
    """New documents, after those that are there."""
    new = list(documents)
    places = _places(corpus)
    known = [f"document '{d.id}' is there already; update replaces it" for d in new if d.id in places]
    _check([*known, *_faults(new)])
    return _pieces(corpus, new, list(range(len(places))), {}, list(range(len(new))))


def replaced(corpus: Corpus, documents: Iterable[Document]) -> Pieces:
    """Documents in the place of those of their ids."""
    new = list(documents)
    places = _places(corpus)
    _check([*_missing(places, [document.id for document in new]), *_faults(new)])
    by_place = {places[document.id]: i for i, document in enumerate(new)}
    return _pieces(corpus, new, list(range(len(places))), by_place, [])


def deleted(corpus: Corpus, documents: Iterable[Document | str]) -> Pieces:
    """Without these documents."""
    ids = [document if isinstance(document, str) else document.id for document in documents]
    places = _places(corpus)
    _check([*_missing(places, ids), *_twice(ids)])
    gone = {places[id] for id in ids}
    return _pieces(corpus, [], [place for place in range(len(places)) if place not in gone], {}, [])


def _pieces(
    corpus: Corpus, new: Sequence[Document], kept: list[int], by_place: dict[int, int], after: list[int]
) -> Pieces:
    """The places that are kept, some of them with a new document instead, then new ones after them."""
    rows = [(1, by_place[place]) if place in by_place else (0, place) for place in kept]
    source, place = np.array([*rows, *((1, i) for i in after)], dtype=np.int64).reshape(-1, 2).T
    return Pieces((corpus, Corpus(tuple(new))), np.ascontiguousarray(source), np.ascontiguousarray(place))


def _places(corpus: Corpus) -> dict[str, int]:
    return {document.id: place for place, document in enumerate(corpus.documents)}


def _missing(places: dict[str, int], ids: Sequence[str]) -> Iterator[str]:
    known = list(places)
    for id in ids:
        if id not in places:
            yield f"there is no document '{id}'{suggest(id, known)}"


def _twice(ids: Sequence[str]) -> Iterator[str]:
    for id, times in Counter(ids).items():
        if times > 1:
            yield f"document '{id}' is named {times} times"


def _faults(documents: Sequence[Document]) -> Iterator[str]:
    yield from _twice([document.id for document in documents])
    for document in documents:
        if not document.id:
            yield "a document has no id"
        if not isinstance(document.text, str) or not document.text.strip():
            yield f"document '{document.id}' has no text"
        if not _is_json(dict(document.metadata)):
            yield f"document '{document.id}': its metadata are no JSON"


def _is_json(value: Any) -> bool:
    try:
        read: Any = json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError):
        return False
    return bool(read == value)


def _check(faults: Sequence[str]) -> None:
    if faults:
        raise InputError([Fault("", 0, 0, fault) for fault in faults])
