"""RM3: BM25 once, and again with the words of what it found first."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, NonNegativeFloat, PositiveInt

from ragtune.component import Affects, register, work
from ragtune.retrievers import _bm25
from ragtune.retrievers._lexical import Lexical, Terms
from ragtune.retrievers._postings import Postings, Weighted, search
from ragtune.types import Floats, Ints, Queries, Ranking


@register
class Rm3(Lexical):
    """Pseudo-relevance feedback by the relevance model RM3 (Abdul-Jaleel et al. 2004) over lucene's BM25.

    The first `fb_docs` chunks each vote for their words, by share of the chunk and by the chunk's score; the best
    `fb_terms` join the query, in which its own words keep `original_weight` of the whole weight. Conventions are
    Anserini's: words of 2 to 20 characters, none that is in more than `max_df` of the chunks. (Anserini also takes only
    words of a-z and 0-9.) `k1` and `b` are BM25's, and words are those of `bm25`.
    """

    k1: Annotated[NonNegativeFloat, Affects({"index", "rank"})] = 0.9
    b: Annotated[float, Field(ge=0, le=1), Affects({"index", "rank"})] = 0.4
    fb_docs: Annotated[PositiveInt, Affects({"rank"})] = 10
    fb_terms: Annotated[PositiveInt, Affects({"rank"})] = 10
    original_weight: Annotated[float, Field(ge=0, le=1), Affects({"rank"})] = 0.5
    max_df: Annotated[float, Field(gt=0, le=1), Affects({"rank"})] = 0.1

    @work(keep="no", online=False)
    def index(self, terms: Terms) -> Postings:
        """Weigh every term of every chunk."""
        return _bm25.weigh(terms, "lucene", self.k1, self.b)

    @work(keep="file")
    def rank(self, terms: Terms, index: Postings, queries: Queries) -> Ranking:
        """Search, learn from what comes first, search again."""
        words = self.query_terms(terms.vocabulary, queries)
        first = search(index, [(query, np.ones(len(query))) for query in words], self.fb_docs)
        lengths = np.array([len(word) for word in terms.vocabulary], dtype=np.int64)
        useful = (index.chunks_with <= self.max_df * int(index.n_chunks[0])) & (lengths >= 2) & (lengths <= 20)
        rows = zip(words, first.chunk, first.score, strict=True)
        wider = [self._widen(query, self._model(terms, useful, chunk, score)) for query, chunk, score in rows]
        return search(index, wider, self.depth)

    def _model(self, terms: Terms, useful: NDArray[np.bool_], chunks: Ints, scores: Floats) -> Weighted:
        """The relevance model: terms of the first chunks and their weights, which sum to 1; ties by alphabet."""
        votes: list[Weighted] = []
        for chunk, score in zip(chunks.tolist(), scores.tolist(), strict=True):
            held = terms.term[terms.indptr[chunk] : terms.indptr[chunk + 1]] if chunk >= 0 else terms.term[:0]
            term, frequency = np.unique(held[useful[held]], return_counts=True)
            votes.append((term, score * frequency / max(1, frequency.sum()) if len(term) else np.zeros(0)))
        term, place = np.unique(np.concatenate([v[0] for v in votes]), return_inverse=True)
        weight = np.bincount(place, np.concatenate([v[1] for v in votes]), minlength=len(term))
        best = np.lexsort((term, -weight))[: self.fb_terms]
        return term[best], weight[best] / max(float(weight[best].sum()), 1e-12)

    def _widen(self, query: Ints, model: Weighted) -> Weighted:
        if not len(query) or not len(model[0]):
            return query, np.ones(len(query))
        if self.original_weight == 1:
            return query, np.full(len(query), 1 / len(query))
        own = np.full(len(query), self.original_weight / len(query))
        return np.concatenate([query, model[0]]), np.concatenate([own, (1 - self.original_weight) * model[1]])
