"""Retrievers over words: by hand, and against rank-bm25, bm25s and scikit-learn."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragtune.chunkers.whole_document import WholeDocument
from ragtune.retrievers.bm25 import Bm25
from ragtune.retrievers.rank_bm25 import RankBm25
from ragtune.retrievers.rm3 import Rm3
from ragtune.retrievers.tf_idf import TfIdf
from ragtune.types import Queries
from tests.texts import corpus

TEXTS = (
    "the cat sat on the mat", "a dog barked at the cat", "birds sing at dawn", "dogs and cats and birds",
    "the quick brown fox", "quick foxes jump over lazy dogs", "music is what birds make", "a mat is a small carpet",
)  # fmt: skip
QUERIES = Queries(("cats on a mat", "birds", "quick dogs birds birds", "unheard words", ""))
PLAIN = {"stemmer": "none", "stop_words": "none"}


def terms_of(retriever, texts=TEXTS):
    documents = corpus(*texts)
    return retriever.terms(WholeDocument().cut(documents), documents)


def ranked(retriever, texts=TEXTS, queries=QUERIES):
    terms = terms_of(retriever, texts)
    indexed = () if isinstance(retriever, RankBm25) else (retriever.index(terms),)
    return retriever.rank(terms, *indexed, queries)


def words_of(terms):
    names = list(terms.vocabulary)
    return [[names[t] for t in terms.term[a:b]] for a, b in itertools.pairwise(terms.indptr)]


def test_words_are_lower_case_stemmed_and_without_stop_words():
    assert words_of(terms_of(Bm25(), ["The CATS, a cat: x 42 is_it?", "Über-großen Straßen"])) == [
        ["cat", "cat", "42", "is_it"],
        ["über", "großen", "straßen"],
    ]
    german = Bm25(stemmer="german", stop_words="german")
    assert words_of(terms_of(german, ["Die Häuser und die Straßen"])) == [["haus", "strass"]]
    assert words_of(terms_of(Bm25(**PLAIN), ["the cats"])) == [["the", "cats"]]


def test_ngrams_are_runs_of_words_within_one_chunk():
    grams = Bm25(ngram=3, **PLAIN)
    assert [sorted(words) for words in words_of(terms_of(grams, ["aa bb aa", "bb"]))] == [
        ["aa", "aa", "aa bb", "aa bb aa", "bb", "bb aa"],
        ["bb"],
    ]
    found = ranked(grams, ["aa bb", "bb aa", "aa cc bb"], Queries(("bb aa",)))
    assert found.chunk[0, 0] == 1


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from(["aa", "bb", "cc"]), min_size=1, max_size=6), min_size=1, max_size=4),
    st.integers(1, 3),
)
def test_ngrams_against_a_loop(rows, ngram):
    found = words_of(terms_of(Bm25(ngram=ngram, **PLAIN), [" ".join(row) for row in rows]))
    for row, words in zip(rows, found, strict=True):
        runs = [" ".join(row[i : i + n]) for n in range(1, ngram + 1) for i in range(len(row) - n + 1)]
        assert sorted(words) == sorted(runs)


def test_siblings_share_their_terms_and_k1_and_b_do_not_change_them():
    assert len({kind(**k).key("terms") for kind in (Bm25, RankBm25, TfIdf, Rm3) for k in ({}, {"depth": 7})}) == 1
    assert Bm25(k1=0.5).key("terms") == Bm25(b=0.1).key("terms")
    assert Bm25(k1=0.5).key("rank") != Bm25(b=0.1).key("rank")
    assert Bm25(stemmer="none").key("terms") != Bm25().key("terms")
    assert Bm25(stemmer="none").key("rank") != Bm25().key("rank")
    assert Bm25(depth=5).key("index") == Bm25().key("index")


def test_every_language_can_be_had():
    for language in Bm25.model_fields["stemmer"].annotation.__args__:
        assert len(terms_of(Bm25(stemmer=language, stop_words="none"), ["running text"]).vocabulary) == 2
    for language in Bm25.model_fields["stop_words"].annotation.__args__:
        assert len(terms_of(Bm25(stemmer="none", stop_words=language), ["zzyzx"]).vocabulary) == 1
    assert words_of(terms_of(Bm25(stemmer="none", stop_words="english"), ["the and"])) == [[]]


def test_bm25_finds_shared_words_only():
    ranking = ranked(Bm25())
    assert ranking.chunk[1, :4].tolist() == [2, 3, 6, -1]  # three mention birds; the shorter, the better
    assert ranking.chunk[3].max() == -1 and ranking.chunk[4].max() == -1


def test_bm25_scores_equal_the_formula():
    """lucene: idf = ln(1 + (N - df + .5) / (df + .5)), tf / (tf + k1 (1 - b + b length / mean length))."""
    k1, b = 1.2, 0.75
    lengths = np.array([3, 3, 3, 3, 3, 6, 4, 3])  # words without stop words: "cat sat mat", "dog bark cat", …
    idf = np.log(1 + (8 - 3 + 0.5) / (3 + 0.5))
    expected = idf / (1 + k1 * (1 - b + b * lengths[[2, 3, 6]] / lengths.mean()))
    assert ranked(Bm25(k1=k1, b=b)).score[1, :3].tolist() == pytest.approx(expected.tolist())


@pytest.mark.parametrize("variant", ["lucene", "robertson", "atire", "bm25+"])
@pytest.mark.parametrize("k1, b", [(1.5, 0.75), (0.9, 0.4), (0.1, 0.0)])
def test_bm25_scores_equal_those_of_bm25s(variant, k1, b):
    import bm25s

    retriever = Bm25(variant=variant, k1=k1, b=b)
    terms = terms_of(retriever)
    rows = [terms.term[a:z].tolist() for a, z in itertools.pairwise(terms.indptr)]
    model = bm25s.BM25(k1=k1, b=b, delta=1.0, method=variant)
    model.index((rows, dict(terms.vocabulary)), show_progress=False)
    ranking = ranked(retriever)
    for i, query in enumerate(retriever.query_terms(terms.vocabulary, QUERIES)):
        found = ranking.chunk[i][ranking.chunk[i] >= 0]
        if len(query):
            expected = model.get_scores(query.tolist())
            assert ranking.score[i][: len(found)].tolist() == pytest.approx(expected[found].tolist(), rel=1e-5)
            assert set(found) == {c for c, row in enumerate(rows) if set(row) & set(query.tolist())}


@pytest.mark.parametrize("ours, theirs", [("robertson", "okapi"), ("bm25+", "plus")])
@pytest.mark.parametrize("k1, b", [(1.5, 0.75), (0.9, 0.4)])
def test_rank_bm25_ranks_alike_where_the_formulas_agree(ours, theirs, k1, b):
    a, z = ranked(Bm25(variant=ours, k1=k1, b=b)), ranked(RankBm25(variant=theirs, k1=k1, b=b))
    assert a.chunk.tolist() == z.chunk.tolist()
    factor = k1 + 1 if theirs == "okapi" else 1
    assert (a.score[:3, :3] * factor).ravel().tolist() == pytest.approx(z.score[:3, :3].ravel().tolist())


def test_a_word_in_more_than_half_of_the_chunks_weighs_nothing_in_robertson_and_little_in_okapi():
    texts = ["cat one", "cat two", "cat three", "dog four five six"]
    robertson, okapi = (ranked(r, texts, Queries(("cat",))) for r in (Bm25(variant="robertson"), RankBm25()))
    assert robertson.chunk[0, :4].tolist() == okapi.chunk[0, :4].tolist() == [0, 1, 2, -1]
    assert robertson.score[0, 0] == 0 < okapi.score[0, 0]
    mixed = ranked(Bm25(variant="robertson"), texts, Queries(("cat dog",)))
    assert mixed.chunk[0, :5].tolist() == [3, 0, 1, 2, -1]


def test_tf_idf_equals_scikit_learn():
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = [*TEXTS, "birds birds birds cat"]
    for sublinear in (False, True):
        retriever = TfIdf(sublinear=sublinear)
        words = words_of(terms_of(retriever, texts))
        theirs = TfidfVectorizer(analyzer=lambda row: row, sublinear_tf=sublinear)
        matrix = theirs.fit_transform(words)
        vocabulary = terms_of(retriever, texts).vocabulary
        names = list(vocabulary)
        ranking = ranked(retriever, texts)
        for i, query in enumerate(retriever.query_terms(vocabulary, QUERIES)):
            cosines = (theirs.transform([[names[t] for t in query]]) @ matrix.T).toarray()[0]
            found = ranking.chunk[i] >= 0
            assert ranking.score[i][found].tolist() == pytest.approx(cosines[ranking.chunk[i][found]].tolist())
            assert found.sum() == (cosines > 0).sum()


def test_rm3_by_hand():
    """Two chunks hold `aa` and are found first; with b = 0 and k1 = 0 each scores its idf, s.

    Chunk 0 is "aa bb cc", chunk 1 "aa bb": the model is aa s/3 + s/2, bb the same, cc s/3: 5/12, 5/12, 2/12 of it
    (s falls out). Two are kept, by alphabet: aa 1/2, bb 1/2. Mixed half and half with the query aa: aa 3/4, bb 1/4.
    """
    texts = ["aa bb cc", "aa bb", "bb dd", *(f"x{i}x" for i in range(7))]
    retriever = Rm3(k1=0, b=0, fb_docs=2, fb_terms=2, max_df=1.0, **PLAIN)
    ranking = ranked(retriever, texts, Queries(("aa",)))
    rare, common = (np.log(1 + (10 - df + 0.5) / (df + 0.5)) for df in (2, 3))
    assert ranking.chunk[0, :4].tolist() == [0, 1, 2, -1]
    expected = [0.75 * rare + 0.25 * common] * 2 + [0.25 * common]
    assert ranking.score[0, :3].tolist() == pytest.approx(expected)


def test_rm3_takes_up_no_common_words_and_is_bm25_without_feedback():
    texts = ["aa bb cc", "aa bb", "bb dd", *(f"x{i}x" for i in range(7))]
    wider = ranked(Rm3(max_df=0.25, **PLAIN), texts, Queries(("aa",)))
    assert wider.chunk[0, :3].tolist() == [0, 1, -1]  # cc is taken up; bb, in 3 of 10, is not
    plain = ranked(Bm25(k1=0.9, b=0.4))
    assert ranked(Rm3(original_weight=1)).chunk.tolist() == plain.chunk.tolist()
    assert ranked(Rm3(), queries=Queries(("", "unheard"))).chunk.max() == -1


@pytest.mark.parametrize("kind", [Bm25, RankBm25, TfIdf, Rm3])
def test_without_any_text_or_any_query(kind):
    assert ranked(kind(), []).chunk.max() == -1
    assert ranked(kind(), ["", "the"]).chunk.max() == -1
    assert ranked(kind(), queries=Queries(())).chunk.shape == (0, 100)


@pytest.mark.parametrize("kind", [Bm25, TfIdf, Rm3])
def test_a_query_alone_ranks_as_among_others(kind):
    together = ranked(kind())
    for i in range(len(QUERIES.texts)):
        assert ranked(kind(), queries=QUERIES.one(i)).chunk[0].tolist() == together.chunk[i].tolist()
