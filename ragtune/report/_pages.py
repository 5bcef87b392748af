"""Pages of single queries: the documents around their evidence, and what each design made of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ragtune.explaining import CAUSES, Explanation, Need, Traced
from ragtune.types import Document, Floats

AROUND = 500
"""Characters of a document that are shown before and after evidence."""
BEGINNING = 1200
"""Characters that are shown of a document which is evidence as a whole."""
LONGEST = 6000
DOCUMENTS = 4
INSTEAD = 3
ANSWERS = 3
EXCERPT = 280
MET = "packed"


@dataclass(frozen=True)
class Seen:
    """A design whose pages are written: its place in the report, and what is known of how it treats each query."""

    configuration: int
    explained: Explanation
    traced: Traced
    answer_scores: Mapping[str, Floats] = field(default_factory=dict)
    """Measures of answers, (n_queries,) each."""


def pages(seen: Sequence[Seen], order: Iterable[int], budget: int) -> dict[int, dict[str, Any]]:
    """Query -> page, in the order given, until the pages take `budget` bytes together.

    A page is `{documents, designs, reference}`. A document is `{id, title, length, whole, gold: [[start, end]], parts:
    [{start, text}]}`; a design is `{configuration, score, tokens, needs, chunks: [[document, start, end, rank]], spans:
    [[document, start, end]], instead: [{where, text, gold}], answer}`, where documents are places in the page's list and a
    rank of 0 is none. An answer is `{text, refused, failed, scores: [[label, value]]}`, a reference `{answers,
    answerable}`; both are None where nothing answers.
    """
    found: dict[int, dict[str, Any]] = {}
    for query in order:
        page = _page(seen, query)
        budget -= len(json.dumps(page))
        if budget < 0:
            break
        found[query] = page
    return found


def worst_first(seen: Sequence[Seen], n_queries: int, most: int = 60, sample: int = 20) -> list[int]:
    """The queries on which the first design is worst, those on which two differ most, and some of all the others."""
    worst = list(seen[0].explained.worst_first[:most])
    if len(seen) > 1:
        change = np.abs(np.nan_to_num(seen[0].explained.scores - seen[1].explained.scores))
        worst += [q for q in np.argsort(-change, kind="stable")[:sample].tolist() if change[q] > 0]
    spaced = np.unique(np.linspace(0, n_queries - 1, min(sample, n_queries)).astype(int)).tolist() if n_queries else []
    return list(dict.fromkeys([*worst, *spaced]))


def _page(seen: Sequence[Seen], query: int) -> dict[str, Any]:
    flow = seen[0].traced.flow
    rows = np.flatnonzero(flow.judgments.query == query)
    gold: dict[int, list[tuple[int, int]]] = {}
    for row in rows.tolist():
        spans = gold.setdefault(int(flow.judgments.document[row]), [])
        if flow.judgments.start[row] >= 0:
            spans.append((int(flow.judgments.start[row]), int(flow.judgments.end[row])))
    shown = list(gold)[:DOCUMENTS]
    documents = [_document(flow.corpus.documents[d], sorted(gold[d])) for d in shown]
    return {
        "documents": documents,
        "designs": [_design(each, query, shown, documents, gold) for each in seen],
        "reference": _reference(seen[0].traced, query),
    }


def _reference(traced: Traced, query: int) -> dict[str, Any] | None:
    if not traced.references:
        return None
    found = traced.references[query]
    return {"answers": [text[:LONGEST] for text in found.answers[:ANSWERS]], "answerable": found.answerable}


def _answer(seen: Seen, query: int) -> dict[str, Any] | None:
    if not seen.traced.answers:
        return None
    given = seen.traced.answers[query]
    scores = [[label, values[query]] for label, values in seen.answer_scores.items()]
    return {
        "text": given.text[:LONGEST],
        "refused": given.refused,
        "failed": given.failed,
        "scores": [[label, None if np.isnan(value) else round(float(value), 4)] for label, value in scores],
    }


def _document(document: Document, gold: list[tuple[int, int]]) -> dict[str, Any]:
    windows = [(max(0, start - AROUND), min(len(document.text), end + AROUND)) for start, end in gold]
    merged = list(_merged(windows or [(0, min(len(document.text), BEGINNING))]))
    parts, left = [], LONGEST
    for start, end in merged:
        if left > 0:
            parts.append({"start": start, "text": document.text[start : min(end, start + left)]})
        left -= end - start
    return {
        "id": document.id,
        "title": document.title,
        "length": len(document.text),
        "whole": not gold,
        "gold": [list(span) for span in gold],
        "parts": parts,
    }


def _merged(windows: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    at: tuple[int, int] | None = None
    for start, end in sorted(windows):
        if at is not None and start <= at[1]:
            at = (at[0], max(at[1], end))
            continue
        if at is not None:
            yield at
        at = (start, end)
    if at is not None:
        yield at


def _design(
    seen: Seen,
    query: int,
    shown: Sequence[int],
    documents: Sequence[dict[str, Any]],
    gold: dict[int, list[tuple[int, int]]],
) -> dict[str, Any]:
    flow = seen.traced.flow
    story = seen.explained.story(seen.explained.query_ids[query])
    ranked = [int(chunk) for chunk in flow.ranking.chunk[query] if chunk >= 0]
    ranks = {chunk: place + 1 for place, chunk in reversed(list(enumerate(ranked)))}
    mine = flow.contexts.query == query
    packed = zip(*(getattr(flow.contexts, name)[mine].tolist() for name in ("document", "start", "end")), strict=True)
    return {
        "configuration": seen.configuration,
        "score": None if np.isnan(story.score) else round(story.score, 4),
        "tokens": story.tokens,
        "needs": [_need(need) for need in story.needs],
        "chunks": [
            row for at, d in enumerate(shown) for row in _chunks(seen.traced, d, at, documents[at]["parts"], ranks)
        ],
        "spans": [[shown.index(d), start, end] for d, start, end in packed if d in shown],
        "instead": [_excerpt(seen.traced, chunk, gold) for chunk in ranked[:INSTEAD]],
        "answer": _answer(seen, query),
    }


def _need(need: Need) -> dict[str, Any]:
    where = need.document if need.start is None else f"{need.document}:{need.start}-{need.end}"
    return {
        "text": need.text[:240],
        "where": where,
        "met": need.cause == MET,
        "told": CAUSES.get(need.cause, need.cause),
        "packed": round(need.packed_share, 4),
        "standings": [
            {"name": s.name[:80], "rank": s.rank, "depth": s.depth, "share": round(s.share, 4)} for s in need.standings
        ],
    }


def _chunks(
    traced: Traced, document: int, at: int, parts: Sequence[dict[str, Any]], ranks: dict[int, int]
) -> Iterator[list[int]]:
    """The chunks that touch what is shown of a document."""
    chunks = traced.flow.reading.chunks
    low, high = np.searchsorted(chunks.document, [document, document + 1]).tolist()
    for i in range(low, high):
        start, end = int(chunks.start[i]), int(chunks.end[i])
        if any(start < part["start"] + len(part["text"]) and end > part["start"] for part in parts):
            yield [at, start, end, ranks.get(i, 0)]


def _excerpt(traced: Traced, chunk: int, gold: dict[int, list[tuple[int, int]]]) -> dict[str, Any]:
    chunks, corpus = traced.flow.reading.chunks, traced.flow.corpus
    document, start, end = int(chunks.document[chunk]), int(chunks.start[chunk]), int(chunks.end[chunk])
    text = corpus.documents[document].text[start:end]
    spans = gold.get(document)
    holds = spans is not None and (not spans or any(a < end and start < b for a, b in spans))
    return {
        "where": chunks.id(chunk, corpus),
        "text": text[:EXCERPT] + ("…" if len(text) > EXCERPT else ""),
        "gold": holds,
    }
