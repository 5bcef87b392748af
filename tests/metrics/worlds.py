"""Tiny corpora, judgments and rankings, written as the tests read best."""

import numpy as np

from ragtune.metrics import Judged, parse_metric
from ragtune.types import Chunks, Contexts, Corpus, Document, Judgments, Ranking

WHOLE = -1


def columns(rows, width):
    return np.array(rows, dtype=np.int64).reshape(-1, width).T


def corpus(*lengths):
    return Corpus(tuple(Document(f"d{i}", "x" * length) for i, length in enumerate(lengths)))


def chunks(*rows):
    """Rows of document, start, end."""
    return Chunks(*columns(rows, 3))


def judgments(n_queries, *rows):
    """Rows of query, document, start, end, and maybe grade and need; each row is a need of its own unless told."""
    full = [(*row, 1, 1000 + i)[:6] if len(row) == 4 else (*row, 1000 + i)[:6] for i, row in enumerate(rows)]
    return Judgments(np.array([n_queries]), *columns(full, 6))


def ranking(*rows):
    """Chunk indices by falling score, a row a query, padded."""
    depth = max(map(len, rows))
    padded = np.array([[*row, *[-1] * (depth - len(row))] for row in rows], dtype=np.int32)
    return Ranking(padded, np.where(padded < 0, -np.inf, -np.arange(depth, dtype=np.float64)))


def contexts(n_queries, *rows, tokens=None):
    """Rows of query, document, start, end."""
    counted = np.zeros(n_queries, np.int64) if tokens is None else np.array(tokens)
    return Contexts(*columns(rows, 4), counted)


def of_ranking(label, ranked, cut, texts, judged):
    return parse_metric(label).score(Judged.of_ranking(ranked, cut, texts, judged)).tolist()


def of_contexts(label, packed, texts, judged):
    return parse_metric(label).score(Judged.of_contexts(packed, texts, judged)).tolist()
