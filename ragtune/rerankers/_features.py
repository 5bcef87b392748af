"""What a learnt ranker may know of a query and a chunk: how every system scored the chunk, and what costs nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ragtune.rerankers._pairs import texts_of
from ragtune.types import Chunks, Corpus, Floats, Queries, Ranking, Value

_WORD = re.compile(r"\w+")
PER_SYSTEM = 4
PLAIN = ("chunk length", "place", "query length", "share in chunk", "share in title", "siblings", "best sibling")


@dataclass(frozen=True, eq=False)
class Systems(Value):
    """Several rankings: `chunk` (n_systems, n_queries, depth) int32, -1 for none; `score` float64, -inf there."""

    chunk: NDArray[np.int32]
    score: Floats

    @classmethod
    def of(cls, rankings: tuple[Ranking, ...]) -> Systems:
        """Side by side, all as deep as the deepest."""
        depth = max(ranking.chunk.shape[1] for ranking in rankings)
        widths = [((0, 0), (0, depth - ranking.chunk.shape[1])) for ranking in rankings]
        both = list(zip(rankings, widths, strict=True))
        return cls(
            np.stack([np.pad(ranking.chunk, width, constant_values=-1) for ranking, width in both]),
            np.stack([np.pad(ranking.score, width, constant_values=-np.inf) for ranking, width in both]),
        )


@dataclass(frozen=True, eq=False)
class Features(Value):
    """(n_queries, n_candidates, n_features) float32; nan for what is not known."""

    matrix: NDArray[np.float32]


def features(candidates: Ranking, systems: list[Systems], chunks: Chunks, corpus: Corpus, queries: Queries) -> Features:
    """Four of each system (score, scaled score, 1 / rank, absent), then the `PLAIN` ones."""
    columns: list[Floats] = []
    for group in systems:
        for chunk, score in zip(group.chunk, group.score, strict=True):
            columns += _of_system(candidates, Ranking(chunk, score), len(chunks))
    columns += _of_place(candidates, chunks, corpus)
    columns += _of_words(candidates, chunks, corpus, queries)
    columns += _of_siblings(candidates, chunks)
    matrix = np.stack(columns, axis=-1)
    matrix[candidates.chunk < 0] = np.nan
    return Features(matrix.astype(np.float32))


def _of_system(candidates: Ranking, system: Ranking, n_chunks: int) -> list[Floats]:
    """Score and scaled score (nan where it did not rank the chunk), 1 / rank (0 there), and whether it did not."""
    row, column = np.nonzero(system.chunk >= 0)
    cell = row * n_chunks + system.chunk[row, column]
    order = np.argsort(cell)
    wanted = np.arange(len(candidates.chunk))[:, None] * n_chunks + candidates.chunk
    at = np.minimum(np.searchsorted(cell, wanted, sorter=order), max(0, len(cell) - 1))
    found = (candidates.chunk >= 0) & (len(cell) > 0)
    if len(cell):
        at = order[at]
        found &= cell[at] == wanted
        score = np.where(found, system.score[row[at], column[at]], np.nan)
        place = np.where(found, 1.0 / (column[at] + 1), 0.0)
    else:
        score, place = np.full(wanted.shape, np.nan), np.zeros(wanted.shape)
    low = np.where(found, score, np.inf).min(axis=1, keepdims=True, initial=np.inf)
    high = np.where(found, score, -np.inf).max(axis=1, keepdims=True, initial=-np.inf)
    spread = np.where(high > low, high - low, 1.0)
    scaled = np.where(high > low, (score - np.where(np.isfinite(low), low, 0.0)) / spread, 1.0)
    return [score, np.where(found, scaled, np.nan), place, (~found).astype(np.float64)]


def _of_place(candidates: Ranking, chunks: Chunks, corpus: Corpus) -> list[Floats]:
    if not len(chunks):
        return [np.zeros(candidates.chunk.shape)] * 2
    chunk = candidates.chunk
    length = np.diff(corpus.offsets)[chunks.document[chunk]]
    size = (chunks.end - chunks.start)[chunk]
    return [np.log1p(size), chunks.start[chunk] / np.maximum(length, 1)]


def _of_words(candidates: Ranking, chunks: Chunks, corpus: Corpus, queries: Queries) -> list[Floats]:
    """Length of the query in words, and the share of its different words that the chunk, or its title and header, hold."""
    asked = [set(_WORD.findall(text.lower())) for text in queries.texts]
    unique, which = np.unique(candidates.chunk, return_inverse=True)
    which = which.reshape(candidates.chunk.shape)
    real = unique >= 0
    bare = Chunks(chunks.document[unique[real]], chunks.start[unique[real]], chunks.end[unique[real]])
    texts = bare.texts(corpus)
    headed = texts_of(unique[real], chunks, corpus)
    titles = [corpus.documents[d].title for d in bare.document.tolist()]
    held = [_words(text) for text in texts]
    above = [_words(f"{t} {h.removesuffix(text)}") for t, h, text in zip(titles, headed, texts, strict=True)]
    if not real.all():
        held, above = [set(), *held], [set(), *above]
    shares = np.zeros((2, *candidates.chunk.shape))
    for q, words in enumerate(asked):
        if words:
            for i, c in enumerate(which[q].tolist()):
                shares[:, q, i] = len(words & held[c]) / len(words), len(words & above[c]) / len(words)
    length = np.array([len(words) for words in asked], dtype=np.float64)
    return [np.repeat(length[:, None], candidates.chunk.shape[1], axis=1), shares[0], shares[1]]


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.lower()))


def _of_siblings(candidates: Ranking, chunks: Chunks) -> list[Floats]:
    """How many other candidates are of the same document, and 1 / rank of the best of them, 0 without one."""
    there = candidates.chunk >= 0
    width = candidates.chunk.shape[1]
    if not len(chunks) or not width:
        return [np.zeros(there.shape)] * 2
    document = np.where(there, chunks.document[candidates.chunk], -1)
    n_documents = int(chunks.document.max()) + 1
    cell = np.where(there, np.arange(len(there))[:, None] * n_documents + document, -1)
    cells, which = np.unique(cell, return_inverse=True)
    which = which.reshape(cell.shape)
    column = np.broadcast_to(np.arange(width), cell.shape)
    count = np.bincount(which.ravel(), minlength=len(cells))
    first, second = np.full(len(cells), width), np.full(len(cells), width)
    np.minimum.at(first, which.ravel(), column.ravel())
    later = column != first[which]
    np.minimum.at(second, which[later], column[later])
    best = np.where(column == first[which], second[which], first[which])
    return [count[which] - 1.0, np.where(best < width, 1.0 / (best + 1), 0.0)]
