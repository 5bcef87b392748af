"""The formulas of BM25, as weights of terms in chunks."""

from __future__ import annotations

from typing import Literal

import numpy as np

from ragtune.retrievers._lexical import Terms
from ragtune.retrievers._postings import Postings
from ragtune.types import Floats, Ints

Variant = Literal["lucene", "robertson", "atire", "bm25+"]
DELTA = 1.0
"""What bm25+ adds for a term however often, or seldom, it is in a chunk."""


def weigh(terms: Terms, variant: Variant, k1: float, b: float) -> Postings:
    """Every term of every chunk, weighed; names and formulas as in bm25s (Kamphuis et al. 2020)."""
    n_chunks, n_terms = len(terms.indptr) - 1, len(terms.vocabulary)
    counts = terms.counts
    idf = _idf(np.diff(counts.indptr), n_chunks, variant)
    lengths = np.diff(terms.indptr)
    relative = lengths / max(len(terms.term) / max(1, n_chunks), 1e-12)
    saturated = counts.frequency / (counts.frequency + (k1 * (1 - b + b * relative))[counts.chunk])
    if variant in ("atire", "bm25+"):
        saturated = saturated * (k1 + 1)
    absent = idf * DELTA if variant == "bm25+" else np.zeros(n_terms)
    return Postings(counts.chunk, idf[counts.term] * saturated, counts.indptr, absent, np.array([n_chunks]))


def _idf(df: Ints, n: int, variant: Variant) -> Floats:
    """How rare each term is; a term is never there for nothing, so `df` is at least 1."""
    if variant == "lucene":
        idf: Floats = np.log(1 + (n - df + 0.5) / (df + 0.5))
    elif variant == "robertson":
        idf = np.log(np.maximum(1.0, (n - df + 0.5) / (df + 0.5)))
    elif variant == "atire":
        idf = np.log(n / df)
    else:
        idf = np.log((n + 1) / df)
    return idf
