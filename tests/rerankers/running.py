"""Runs a reranker on values made by hand, and says whether what came out is a ranking of what went in."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from ragtune.chunkers.whole_document import WholeDocument
from ragtune.component import Component, RowModel
from ragtune.rerankers import Reranker
from ragtune.types import Folds, Judgments, Queries, Ranking, Vectors
from tests.texts import corpus

TEXTS = (
    "the cat sat on the mat", "a dog barked at the cat", "birds sing at dawn", "dogs and cats and birds",
    "the quick brown fox", "quick foxes jump over lazy dogs", "music is what birds make", "a mat is a small carpet",
)  # fmt: skip
QUERIES = ("cats on a mat", "birds that sing", "quick dogs", "", "what is a carpet")


class Kept:
    """A memo that remembers, and counts what it had to ask a model for."""

    scope = ""
    """What a model is known by: its rows are its own."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], bytes] = {}
        self.asked: list[str] = []

    def rows(self, texts: Any, load: Any) -> list[bytes]:
        unique = list(dict.fromkeys(texts))
        if any((self.scope, text) not in self.known for text in unique):
            model: RowModel = load()
            for batch in model.batches(unique):
                some = [unique[i] for i in batch if (self.scope, unique[i]) not in self.known]
                self.asked += some
                self.known.update({(self.scope, t): row for t, row in zip(some, model.rows(some), strict=True)})
        return [self.known[self.scope, text] for text in texts]


def given(ranking: Ranking, texts: tuple[str, ...] = TEXTS, queries: tuple[str, ...] = QUERIES) -> dict[str, Any]:
    """What a pipeline offers, the answer to query i being document 2 i (mod the number of documents)."""
    documents = corpus(*texts)
    rng = np.random.default_rng(0)
    asked = Queries(queries)
    each = np.arange(len(queries))
    zero = np.zeros_like(each)
    return {
        "ranking": ranking,
        "chunks": WholeDocument().cut(documents),
        "corpus": documents,
        "queries": asked,
        "vectors": Vectors(_unit(rng.normal(size=(len(texts), 6)))),
        "query_vectors": Vectors(_unit(rng.normal(size=(len(queries), 6)))),
        "judgments": Judgments(
            np.array([len(queries)]), each, 2 * each % len(texts), zero - 1, zero - 1, zero + 1, zero
        ),
        "folds": Folds(np.array([len(text) % 5 for text in queries], dtype=np.int64)),
        "memo": Kept(),
    }


def _unit(matrix: Any) -> Any:
    return (matrix / np.linalg.norm(matrix, axis=1, keepdims=True)).astype(np.float32)


def value(component: Component, verb: str, have: dict[str, Any]) -> Any:
    """A verb's result: its parameters are parts of the component, what is given, or its other verbs."""
    values = []
    extra = {}
    for name in inspect.signature(getattr(component, verb)).parameters:
        held = getattr(component, name, None) if name in type(component).model_fields else None
        if held is not None:
            values += [value(part, part.verb, have) for part in held]
        elif name == "memo":
            extra["memo"] = have[name]
            have[name].scope = component.key(verb)
        else:
            values.append(have[name] if name in have else value(component, name, have))
    return getattr(component, verb)(*values, **extra)


def rerank(reranker: Reranker, have: dict[str, Any]) -> Ranking:
    """The new ranking, checked."""
    got: Ranking = value(reranker, "rerank", have)
    check(have["ranking"], got, reranker.depth)
    return got


def check(before: Ranking, after: Ranking, depth: int) -> None:
    """The same chunks, the rest after `depth` in the old order, scores falling and ties by rising index."""
    assert after.chunk.shape == after.score.shape == before.chunk.shape
    assert after.chunk.dtype == np.int32 and after.score.dtype == np.float64
    for old, new, score in zip(before.chunk, after.chunk, after.score, strict=True):
        assert sorted(old[:depth]) == sorted(new[:depth])
        assert old[depth:].tolist() == new[depth:].tolist()
        found = new >= 0
        assert not found[int(found.sum()) :].any()
        assert np.isfinite(score[found]).all() and np.isneginf(score[~found]).all()
        order = list(zip(-score[found], new[found], strict=True))
        assert order == sorted(order)


def ranking(*rows: list[int], width: int = 0, equal: bool = False) -> Ranking:
    """From lists of chunks, best first; scores fall by one, or are all the same."""
    width = width or max(map(len, rows), default=0)
    chunk = np.full((len(rows), width), -1, dtype=np.int32)
    score = np.full((len(rows), width), -np.inf)
    for i, row in enumerate(rows):
        chunk[i, : len(row)] = row
        score[i, : len(row)] = 1.0 if equal else np.arange(len(row), 0, -1)
    return Ranking(chunk, score)


CASES = {
    "usual": ranking([3, 0, 7, 1], [6, 2, 3], [5, 4, 3, 1], [0, 2], [7, 1, 2]),
    "one chunk each": ranking([0], [2], [4], [6], [0]),
    "some found nothing": ranking([0, 1, 2, 3], [], [4], [], [0, 1], width=6),
    "equal scores": ranking([0, 1, 3, 7], [2, 3, 6], [1, 4, 5], [0, 6], [0, 2], equal=True),
    "deeper than the depth": ranking(*([list(range(8))] * 5)),
}
EMPTY = {"found nothing": ranking([], [], [], [], [], width=4), "no width": ranking([], [], [], [], [])}
