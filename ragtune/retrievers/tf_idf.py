"""tf-idf: the cosine of weighted word counts."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from ragtune.component import Affects, register, work
from ragtune.retrievers._lexical import Lexical, Terms
from ragtune.retrievers._postings import Postings, Weighted, search
from ragtune.types import Floats, Ints, Queries, Ranking


@register
class TfIdf(Lexical):
    """The cosine of tf-idf vectors (Salton & Buckley 1988), weighted as scikit-learn's TfidfVectorizer does.

    A term weighs its count, with `sublinear` 1 + ln of it, times ln((1 + chunks) / (1 + chunks with it)) + 1. Words are
    those of `bm25`.
    """

    sublinear: Annotated[bool, Affects({"index", "rank"})] = False

    @work(keep="no", online=False)
    def index(self, terms: Terms) -> Postings:
        """Unit vectors of the chunks."""
        n_chunks, n_terms = len(terms.indptr) - 1, len(terms.vocabulary)
        counts = terms.counts
        weight = self._tf(counts.frequency) * _idf(np.diff(counts.indptr), n_chunks)[counts.term]
        unit = weight / np.sqrt(np.bincount(counts.chunk, weight**2, minlength=n_chunks))[counts.chunk]
        return Postings(counts.chunk, unit, counts.indptr, np.zeros(n_terms), np.array([n_chunks]))

    @work(keep="file")
    def rank(self, terms: Terms, index: Postings, queries: Queries) -> Ranking:
        """Chunks by cosine; a chunk without any of the query's terms is not found."""
        idf = _idf(index.chunks_with, int(index.n_chunks[0]))
        words = self.query_terms(terms.vocabulary, queries)
        return search(index, [self._unit(query, idf) for query in words], self.depth)

    def _unit(self, query: Ints, idf: Floats) -> Weighted:
        term, frequency = np.unique(query, return_counts=True)
        weight = self._tf(frequency) * idf[term]
        return term, weight / max(float(np.linalg.norm(weight)), 1e-12)

    def _tf(self, frequency: Ints) -> Floats:
        return 1 + np.log(frequency) if self.sublinear else frequency.astype(np.float64)


def _idf(df: Ints, n: int) -> Floats:
    idf: Floats = np.log((1 + n) / (1 + df)) + 1
    return idf
