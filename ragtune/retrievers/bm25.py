"""BM25: the words that query and chunk share, weighted by how rare and how frequent they are."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, NonNegativeFloat, model_validator

from ragtune.component import Affects, register, work
from ragtune.retrievers import Retriever, top
from ragtune.types import Chunks, Corpus, Ints, Queries, Ranking, Value

if TYPE_CHECKING:
    from rank_bm25 import BM25

_BLOCK = 1 << 24


@dataclass(frozen=True, eq=False)
class Terms(Value):
    """The chunks' words: `term[indptr[i]:indptr[i + 1]]` int32 are chunk i's, in order; `words` joined by newlines, utf-8."""

    term: NDArray[np.int32]
    indptr: Ints
    words: NDArray[np.uint8]

    @cached_property
    def vocabulary(self) -> dict[str, int]:
        """Word -> its number."""
        words = self.words.tobytes().decode()
        return {word: i for i, word in enumerate(words.split("\n"))} if words else {}


@dataclass(frozen=True, eq=False)
class Index(Value):
    """What each word adds to the score of each chunk that has it: a column a word (CSC).

    `chunk` and `weight` are (n_postings,) int32 and float32, `indptr` (n_words + 1,); `absent` (n_words,) float32 is what
    a query word adds where a chunk lacks it, nonzero for bm25+ alone.
    """

    chunk: NDArray[np.int32]
    weight: NDArray[np.float32]
    indptr: Ints
    absent: NDArray[np.float32]


@register
class Bm25(Retriever):
    """Okapi BM25 (Robertson & Zaragoza 2009), by bm25s; `k1` and `b` cost no new tokenization.

    Words are runs of two or more letters, digits or underscores, lower-cased, without `stop_words`, cut to their stem by
    Snowball. `variant` names the formula as bm25s does (Kamphuis et al. 2020): `lucene`, `robertson`, `atire`, `bm25+`.
    `engine: rank-bm25` runs the rank-bm25 package instead (BM25Okapi for `robertson`, BM25Plus for `bm25+`), 50 times
    slower: the ranking is the same except where a word is in more than half of the chunks, for which BM25Okapi puts
    a quarter of the mean idf instead of a negative one.
    """

    k1: Annotated[NonNegativeFloat, Affects({"index", "rank"})] = 1.2
    b: Annotated[float, Field(ge=0, le=1), Affects({"index", "rank"})] = 0.75
    variant: Annotated[Literal["lucene", "robertson", "atire", "bm25+"], Affects({"index", "rank"})] = "lucene"
    stemmer: Literal["english", "none"] = "english"
    stop_words: Literal["english", "none"] = "english"
    engine: Annotated[Literal["bm25s", "rank-bm25"], Affects({"rank"})] = "bm25s"

    @model_validator(mode="after")
    def _engine_has_variant(self) -> Self:
        if self.engine == "rank-bm25" and self.variant not in ("robertson", "bm25+"):
            raise ValueError(f"engine rank-bm25 has the variants robertson and bm25+, not {self.variant}")
        return self

    @work(keep="file", online=False)
    def terms(self, chunks: Chunks, corpus: Corpus) -> Terms:
        """Tokenize the chunks."""
        import bm25s

        tokens = bm25s.tokenize(
            chunks.indexed_texts(corpus), stopwords=self._stop_words(), stemmer=_stemmer(self.stemmer), show_progress=False
        )
        lengths = [len(ids) for ids in tokens.ids]
        flat = np.fromiter((i for ids in tokens.ids for i in ids), dtype=np.int32, count=sum(lengths))
        words = sorted(tokens.vocab, key=tokens.vocab.__getitem__)
        return Terms(flat, np.cumsum([0, *lengths]), np.frombuffer("\n".join(words).encode(), dtype=np.uint8))

    @work(keep="no", online=False)
    def index(self, terms: Terms) -> Index:
        """Weigh every word of every chunk."""
        import bm25s

        if not len(terms.term):
            return Index(np.zeros(0, np.int32), np.zeros(0, np.float32), np.zeros(1, np.int64), np.zeros(0, np.float32))
        model = bm25s.BM25(k1=self.k1, b=self.b, delta=1.0, method=self.variant)
        ends = terms.indptr.tolist()
        ids = terms.term.tolist()
        rows = [ids[a:b] for a, b in itertools.pairwise(ends)]
        model.index((rows, dict(terms.vocabulary)), show_progress=False)
        n_words = len(model.scores["indptr"]) - 1
        absent = getattr(model, "nonoccurrence_array", None)
        return Index(
            np.asarray(model.scores["indices"], np.int32),
            np.asarray(model.scores["data"], np.float32),
            np.asarray(model.scores["indptr"], np.int64),
            np.zeros(n_words, np.float32) if absent is None else np.asarray(absent, np.float32),
        )

    @work(keep="file")
    def rank(self, terms: Terms, index: Index, queries: Queries) -> Ranking:
        """Chunks by the sum of their weights for the query's words; a chunk without any of them is not found."""
        words = self._query_words(terms.vocabulary, queries)
        n_chunks = len(terms.indptr) - 1
        if self.engine == "rank-bm25":
            return self._rank_by_rank_bm25(terms, words)
        step = max(1, _BLOCK // max(1, n_chunks))
        parts = [self._rank_block(index, words[i : i + step], n_chunks) for i in range(0, len(words), step)]
        parts = parts or [self._rank_block(index, [], n_chunks)]
        return Ranking(np.concatenate([p.chunk for p in parts]), np.concatenate([p.score for p in parts]))

    def _rank_block(self, index: Index, queries: list[list[int]], n_chunks: int) -> Ranking:
        scores = np.zeros((len(queries), n_chunks), dtype=np.float32)
        matched = np.zeros(scores.shape, dtype=bool)
        for row, hit, words in zip(scores, matched, queries, strict=True):
            for word in words:
                postings = slice(index.indptr[word], index.indptr[word + 1])
                row[index.chunk[postings]] += index.weight[postings]
                hit[index.chunk[postings]] = True
            row += index.absent[words].sum()
        return top(scores, self.depth, matched=matched)

    def _rank_by_rank_bm25(self, terms: Terms, queries: list[list[int]]) -> Ranking:
        model = _rank_bm25(terms, self.variant, self.k1, self.b)
        scores = np.zeros((len(queries), len(terms.indptr) - 1))
        matched = np.zeros(scores.shape, dtype=bool)
        chunk_of = np.repeat(np.arange(len(terms.indptr) - 1), np.diff(terms.indptr))
        for i, words in enumerate(queries):
            if words and len(terms.term):
                scores[i] = model.get_scores(words)
                matched[i, chunk_of[np.isin(terms.term, words)]] = True
        return top(scores, self.depth, matched=matched)

    def _query_words(self, vocabulary: Mapping[str, int], queries: Queries) -> list[list[int]]:
        import bm25s

        if not queries.texts:
            return []
        tokens = bm25s.tokenize(
            list(queries.texts),
            stopwords=self._stop_words(),
            stemmer=_stemmer(self.stemmer),
            return_ids=False,
            show_progress=False,
        )
        return [[vocabulary[word] for word in words if word in vocabulary] for words in tokens]

    def _stop_words(self) -> str | list[str]:
        return "english" if self.stop_words == "english" else []


@lru_cache(maxsize=4)
def _stemmer(language: str) -> Any:
    import Stemmer

    return None if language == "none" else Stemmer.Stemmer(language)


@lru_cache(maxsize=1)
def _rank_bm25(terms: Terms, variant: str, k1: float, b: float) -> BM25:
    from rank_bm25 import BM25Okapi, BM25Plus

    ends = terms.indptr.tolist()
    rows = [terms.term[a:z].tolist() for a, z in itertools.pairwise(ends)]
    return (BM25Okapi if variant == "robertson" else BM25Plus)(rows, k1=k1, b=b)
