"""Our BM25 against the two packages it is measured by, on SciFact's abstracts, top 100, all on the same words.

Queries a second, in turns: ours from words and from text, plain bm25s (numpy) likewise, rank-bm25 from words. And whether
rank-bm25 ranks alike where the formulas are the same: queries with a term in more than half of the documents, for which
BM25Okapi has a rule of its own, are counted and left out.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.common import conclude, data
from ragtune import load_dataset
from ragtune.chunkers.whole_document import WholeDocument
from ragtune.retrievers._postings import search
from ragtune.retrievers.bm25 import Bm25
from ragtune.retrievers.rank_bm25 import RankBm25
from ragtune.types import Corpus, Ints, Queries, Ranking

ROUNDS = 7
DEPTH = 100
SLOW_QUERIES = 60
"""rank-bm25 is given fewer queries in each turn."""
BAR_PLAIN = 1 / 1.2
BAR_RANK_BM25 = 15
K1, B = 1.5, 0.75


def main() -> None:
    """Race, then compare rankings."""
    dataset = load_dataset(data("retrieval/scifact"))
    corpus, queries = dataset.corpus, dataset.query_texts
    speeds = race(corpus, queries)
    for name, speed in speeds.items():
        print(f"{name:34} {speed:10,.0f} queries a second")
    from_words = speeds["ours, from words"] / speeds["bm25s, from words"]
    from_text = speeds["ours, from text"] / speeds["bm25s, from text"]
    single = speeds["ours, from text, one at a time"] / speeds["bm25s, from text, one at a time"]
    against_slow = speeds["ours, from words"] / speeds["rank-bm25, from words"]
    print(f"ours / bm25s: from words {from_words:.2f}, from text {from_text:.2f}, one at a time {single:.2f}")
    pairs = (("robertson", "okapi"), ("bm25+", "plus"))
    alike = [same_ranking(corpus, queries, *pair) for pair in pairs]
    least = min(from_words, from_text, single)
    conclude(
        f"lexical: {least:.2f} x plain bm25s (bar {BAR_PLAIN:.2f}), {against_slow:.0f} x rank-bm25 (bar {BAR_RANK_BM25}), "
        f"rankings {'the same' if all(alike) else 'differ'}",
        passed=least >= BAR_PLAIN and against_slow >= BAR_RANK_BM25 and all(alike),
    )


def race(corpus: Corpus, queries: Queries) -> Mapping[str, float]:
    """Queries a second of each contender, the median of turns."""
    import bm25s
    import Stemmer
    from rank_bm25 import BM25Okapi

    ours = Bm25(k1=K1, b=B, variant="robertson")
    terms = ours.terms(WholeDocument().cut(corpus), corpus)
    index = ours.index(terms)
    words = [query for query in ours.query_terms(terms.vocabulary, queries) if len(query)]
    weighted = [(query, np.ones(len(query))) for query in words]
    listed = [query.tolist() for query in words]
    flat = terms.term.tolist()
    rows = [flat[a:z] for a, z in itertools.pairwise(terms.indptr.tolist())]
    plain = bm25s.BM25(k1=K1, b=B, method="robertson")
    plain.index((rows, dict(terms.vocabulary)), show_progress=False)
    slow = BM25Okapi(rows, k1=K1, b=B)
    stemmer = Stemmer.Stemmer("english")
    texts = [
        text
        for text, query in zip(queries.texts, ours.query_terms(terms.vocabulary, queries), strict=True)
        if len(query)
    ]
    singles = [Queries((text,)) for text in texts]

    def tokenized(some: list[str]) -> list[list[str]]:
        tokens = bm25s.tokenize(some, stemmer=stemmer, return_ids=False, show_progress=False)
        return [[word for word in words if word in terms.vocabulary] for words in tokens]

    def retrieve(tokens: Any) -> Any:
        return plain.retrieve(tokens, k=DEPTH, n_threads=0, show_progress=False)

    contenders: dict[str, tuple[int, Callable[[], Any]]] = {
        "ours, from words": (len(words), lambda: search(index, weighted, DEPTH)),
        "bm25s, from words": (len(words), lambda: retrieve(listed)),
        "ours, from text": (len(words), lambda: ours.rank(terms, index, Queries(tuple(texts)))),
        "bm25s, from text": (len(words), lambda: retrieve(tokenized(texts))),
        "ours, from text, one at a time": (len(words), lambda: [ours.rank(terms, index, one) for one in singles]),
        "bm25s, from text, one at a time": (len(words), lambda: [retrieve(tokenized([text])) for text in texts]),
        "rank-bm25, from words": (
            SLOW_QUERIES,
            lambda: [np.argsort(slow.get_scores(query))[::-1][:DEPTH] for query in listed[:SLOW_QUERIES]],
        ),
    }
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for turn in range(ROUNDS + 1):
        for name, (_, run) in contenders.items():
            began = time.perf_counter()
            run()
            if turn:  # the first turn warms
                seconds[name].append(time.perf_counter() - began)
    return {name: n / float(np.median(seconds[name])) for name, (n, _) in contenders.items()}


def same_ranking(corpus: Corpus, queries: Queries, variant: Any, theirs: Any) -> bool:
    """Whether our variant and the package's rank the first 100 alike, but for the order of scores equal to 1e-9."""
    ours = Bm25(k1=K1, b=B, variant=variant)
    terms = ours.terms(WholeDocument().cut(corpus), corpus)
    index = ours.index(terms)
    words = ours.query_terms(terms.vocabulary, queries)
    common = 2 * index.chunks_with > int(index.n_chunks[0]) if theirs == "okapi" else np.zeros(len(index.absent), bool)
    comparable = np.array([not common[query].any() for query in words])
    a = ours.rank(terms, index, queries)
    b = RankBm25(k1=K1, b=B, variant=theirs).rank(terms, queries)
    alike = np.array([_alike(a, b, i) for i in range(len(words))])
    print(
        f"{variant} and rank-bm25's {theirs}: the same top {DEPTH} for {int((alike & comparable).sum())} of "
        f"{int(comparable.sum())} queries; {int((~comparable).sum())} with one of {int(common.sum())} terms in over half of "
        f"the documents left out, of which {int((alike & ~comparable).sum())} are the same"
    )
    return bool(alike[comparable].all())


def _alike(a: Ranking, b: Ranking, i: int) -> bool:
    factor = (b.score[i, 0] / a.score[i, 0]) if a.chunk[i, 0] >= 0 and b.chunk[i, 0] >= 0 else 1.0
    same_scores = np.allclose(_finite(a.score[i]) * factor, _finite(b.score[i]), rtol=1e-9, atol=0)
    return same_scores and all(
        set(x) == set(y) for x, y in zip(_tied(a.chunk[i], a.score[i]), _tied(b.chunk[i], b.score[i]), strict=True)
    )


def _finite(score: NDArray[np.floating]) -> NDArray[np.floating]:
    return np.where(np.isfinite(score), score, 0.0)


def _tied(chunk: Ints, score: NDArray[np.floating]) -> list[list[int]]:
    """Chunks in groups of equal score, but for the last group, which the depth may have cut."""
    drop = _finite(score)[:-1] - _finite(score)[1:] > 1e-9 * np.abs(_finite(score)[:-1])
    return [group.tolist() for group in np.split(chunk, np.flatnonzero(drop) + 1)][:-1]


if __name__ == "__main__":
    main()
