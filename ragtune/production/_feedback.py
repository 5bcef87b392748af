"""Clicks and thumbs as the evidence of a dataset."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ragtune.component import digest
from ragtune.datasets import Dataset
from ragtune.errors import InputError
from ragtune.production._log import text_digest
from ragtune.production._profile import normal
from ragtune.production._records import Feedback, Log, Result, Served
from ragtune.types import Document, Evidence, Query

TAG = "feedback"
CLICKED, PRAISED = 1, 2
"""Grades of evidence that was clicked, and of such that had a thumb up."""


@dataclass(frozen=True)
class Gathered:
    """What became of the feedback of a log.

    `ranks` says how many clicks each rank had, of how many times that a passage was shown there. `left_out` has reasons and
    the number of pieces of feedback that were left out for them.
    """

    queries: int
    evidence: int
    praised: int
    ranks: tuple[tuple[int, int], ...]
    left_out: Mapping[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)


@dataclass
class _Passage:
    """What was said of a passage, by queries of the same words; each served query counts once."""

    clicks: set[str] = field(default_factory=set)
    up: set[str] = field(default_factory=set)
    down: set[str] = field(default_factory=set)


def dataset_of(log: Log, documents: Dataset, *, min_clicks: int = 1, add: bool = False) -> tuple[Dataset, Gathered]:
    """Make a dataset of the feedback in a log, and say what became of it.

    A passage that was clicked is evidence for its query as the span of its document, with grade 1, and with grade 2 where it
    had a thumb up. One with as many thumbs down as up is none, clicked or not. All evidence of a query is alternatives: who
    clicks one passage and leaves has found enough. Queries of the same words, but for case and white space, are one. The
    passage's text must be what it was, or it is left out.

    Clicks are biased: what stands at the top is clicked more (Joachims et al. 2005, Accurately Interpreting Clickthrough Data as
    Implicit Feedback, SIGIR), and what the bundle did not find cannot be clicked. Nothing here sets that right; such a
    dataset favours designs that rank like the one that was served.

    Args:
        log: What was served.
        documents: Those that were searched.
        min_clicks: Of how many served queries a passage must have been clicked, where it has no thumb up.
        add: Keep the queries of `documents` beside the new ones; one with the same words as a new one stays as it is.

    Raises:
        InputError: no feedback can be used.
    """
    texts = {document.id: document for document in documents.documents}
    left: Counter[str] = Counter()
    kept: dict[str, str] = {}
    said: dict[str, dict[tuple[str, int, int], _Passage]] = {}
    for served, feedback, result in _usable(log, texts, left):
        words = normal(served.query)
        kept.setdefault(words, str(served.query))
        places = said.setdefault(words, {})
        passage = places.setdefault((result.document, result.start, result.end), _Passage())
        getattr(passage, {"click": "clicks"}.get(feedback.signal, feedback.signal)).add(served.id)
    old = {normal(query.text) for query in documents.queries} if add else set()
    queries = []
    for words, places in said.items():
        evidence = tuple(_evidence(places, min_clicks, left))
        if words in old:
            left["the question is in the dataset already"] += 1
        elif evidence:
            queries.append(Query(f"{TAG}-{digest(words)[:12]}", kept[words], evidence, tags=(TAG,)))
    if not queries:
        told = "; ".join(f"{count:,}: {reason}" for reason, count in sorted(left.items()))
        raise InputError(f"no feedback of the log can be used{f' ({told})' if told else ', as it has none'}")
    pieces = [piece for query in queries for piece in query.evidence]
    praised = sum(piece.grade == PRAISED for piece in pieces)
    every = (*documents.queries, *queries) if add else tuple(queries)
    made = Dataset(f"{documents.name}-{TAG}", documents.documents, every, {})
    return made, Gathered(len(queries), len(pieces), praised, _ranks(log), dict(sorted(left.items())))


def _usable(
    log: Log, documents: Mapping[str, Document], left: Counter[str]
) -> Iterator[tuple[Served, Feedback, Result]]:
    """Feedback with its query and the passage that it is for."""
    for record in log.records:
        if not isinstance(record, Feedback):
            continue
        served = log.by_id.get(record.id)
        if served is None:
            left["the log does not have the query any more"] += 1
        elif not served.query or not served.query.strip():
            left["the query has no text"] += 1
        elif record.rank is None:
            left["it is for the whole answer, not for a passage"] += 1
        elif record.rank > len(served.results):
            left["no passage was shown at that rank"] += 1
        else:
            result = served.results[record.rank - 1]
            document = documents.get(result.document)
            if document is None:
                left["the document is not in the dataset"] += 1
            elif _stands(result, document):
                yield served, record, result
            else:
                left["the document has changed there since"] += 1


def _stands(result: Result, document: Document) -> bool:
    """Whether the document still has what was shown where it was."""
    text = document.text[result.start : result.end]
    return result.start < result.end <= len(document.text) and result.digest in ("", text_digest(text))


def _evidence(
    places: Mapping[tuple[str, int, int], _Passage], min_clicks: int, left: Counter[str]
) -> Iterator[Evidence]:
    for place, passage in sorted(places.items()):
        if passage.down and len(passage.down) >= len(passage.up):
            left["the passage has as many thumbs down as up"] += 1
        elif passage.up:
            yield Evidence(*place, grade=PRAISED)
        elif len(passage.clicks) >= min_clicks:
            yield Evidence(*place, grade=CLICKED)
        else:
            left[f"the passage was clicked fewer than {min_clicks} times"] += 1


def _ranks(log: Log) -> tuple[tuple[int, int], ...]:
    """(clicks, times shown) by rank, down to the last that was clicked."""
    shown = Counter(rank for one in log.served for rank in range(1, len(one.results) + 1))
    pairs = {(r.id, r.rank) for r in log.records if isinstance(r, Feedback) and r.signal == "click" and r.rank}
    clicks = Counter(rank for id, rank in pairs if id in log.by_id)
    return tuple((clicks[rank], shown[rank]) for rank in range(1, max(clicks, default=0) + 1))
