"""BM25: the words that query and chunk share, weighted by how rare and how frequent they are."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field, NonNegativeFloat

from ragtune.component import Affects, register, work
from ragtune.retrievers import _bm25
from ragtune.retrievers._lexical import Lexical, Terms
from ragtune.retrievers._postings import Postings, search
from ragtune.types import Queries, Ranking


@register
class Bm25(Lexical):
    """Okapi BM25 (Robertson & Zaragoza 2009); `k1` and `b` cost no new tokenization.

    `variant` names the formula as bm25s does (Kamphuis et al. 2020): `lucene`, `robertson`, `atire`, `bm25+`; the scores
    are bm25s's. Words are runs of two or more letters, digits or underscores, lower-cased, without `stop_words`, cut to
    their stem by Snowball; with `ngram` 2 or 3, runs of up to that many words count too. A chunk is as long as it has
    terms.
    """

    version: ClassVar[int] = 2

    k1: Annotated[NonNegativeFloat, Affects({"index", "rank"})] = 1.2
    b: Annotated[float, Field(ge=0, le=1), Affects({"index", "rank"})] = 0.75
    variant: Annotated[_bm25.Variant, Affects({"index", "rank"})] = "lucene"

    @work(keep="no", online=False)
    def index(self, terms: Terms) -> Postings:
        """Weigh every term of every chunk."""
        return _bm25.weigh(terms, self.variant, self.k1, self.b)

    @work(keep="file")
    def rank(self, terms: Terms, index: Postings, queries: Queries) -> Ranking:
        """Chunks by the sum of their weights for the query's terms; a chunk without any of them is not found."""
        words = self.query_terms(terms.vocabulary, queries)
        return search(index, [(query, np.ones(len(query))) for query in words], self.depth)
