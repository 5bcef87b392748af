"""BM25 by the rank-bm25 package."""

from __future__ import annotations

import itertools
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import Field, NonNegativeFloat

from ragtune.component import Affects, register, work
from ragtune.retrievers import top
from ragtune.retrievers._lexical import Lexical, Terms
from ragtune.types import Queries, Ranking

if TYPE_CHECKING:
    from rank_bm25 import BM25


@register
class RankBm25(Lexical):
    """The rank-bm25 package's BM25Okapi (`okapi`) or BM25Plus (`plus`), on the same words as `bm25`.

    For comparison with a system that uses it: many times slower than `bm25`, whose variants `robertson` and `bm25+` rank
    alike. The exception is a term in more than half of the chunks, for which BM25Okapi takes `epsilon` times the mean
    idf in place of a negative one, and `robertson` takes 0. A chunk that shares no term with the query is not found. The
    package's BM25L is left out: its formula has a factor too many. Source: https://github.com/dorianbrown/rank_bm25
    """

    k1: Annotated[NonNegativeFloat, Affects({"rank"})] = 1.5
    b: Annotated[float, Field(ge=0, le=1), Affects({"rank"})] = 0.75
    variant: Annotated[Literal["okapi", "plus"], Affects({"rank"})] = "okapi"
    epsilon: Annotated[NonNegativeFloat, Affects({"rank"})] = 0.25
    delta: Annotated[NonNegativeFloat, Affects({"rank"})] = 1.0

    def ignored(self) -> frozenset[str]:
        """Each variant has a knob of its own."""
        return frozenset({"delta"} if self.variant == "okapi" else {"epsilon"})

    @work(keep="file")
    def rank(self, terms: Terms, queries: Queries) -> Ranking:
        """Chunks by the package's scores."""
        n_chunks = len(terms.indptr) - 1
        words = self.query_terms(terms.vocabulary, queries)
        scores = np.zeros((len(words), n_chunks))
        matched = np.zeros(scores.shape, dtype=bool)
        if len(terms.term):
            model = _model(terms, self)
            chunk_of = np.repeat(np.arange(n_chunks), np.diff(terms.indptr))
            for i, query in enumerate(words):
                scores[i] = model.get_scores(query.tolist())
                matched[i, chunk_of[np.isin(terms.term, query)]] = True
        return top(scores, self.depth, matched=matched)


@lru_cache(maxsize=1)
def _model(terms: Terms, knobs: RankBm25) -> BM25:
    from rank_bm25 import BM25Okapi, BM25Plus

    flat = terms.term.tolist()
    rows = [flat[start:end] for start, end in itertools.pairwise(terms.indptr.tolist())]
    if knobs.variant == "okapi":
        return BM25Okapi(rows, k1=knobs.k1, b=knobs.b, epsilon=knobs.epsilon)
    return BM25Plus(rows, k1=knobs.k1, b=knobs.b, delta=knobs.delta)
