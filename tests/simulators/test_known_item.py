"""The draws follow the formulas of the paper, written out here once more."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from scipy.stats import chisquare, poisson

from ragtune.simulators.known_item import Collection, KnownItem
from tests.texts import corpus

# d0: apple 3, pear 2, fig 1; all documents: apple 4, pear 2, fig 4, plum 10, so 20 terms in all
CORPUS = corpus("apple apple apple pear pear fig", "fig fig fig apple " + "plum " * 10)
P_T = {"apple": 4 / 20, "pear": 2 / 20, "fig": 4 / 20, "plum": 10 / 20}
P_T_D = {
    "popular": {"apple": 3 / 6, "pear": 2 / 6, "fig": 1 / 6},
    "uniform": {"apple": 1 / 3, "pear": 1 / 3, "fig": 1 / 3},
    # 1 / p(t) is 5, 10, 5
    "discriminative": {"apple": 5 / 20, "pear": 10 / 20, "fig": 5 / 20},
}
DRAWS = 4000


@pytest.mark.parametrize("selection", P_T_D)
@pytest.mark.parametrize("noise", [0.0, 0.4])
def test_terms_are_drawn_from_the_mixture(selection, noise):
    simulator = KnownItem(selection=selection, noise=noise, length_terms=2)
    rng = np.random.default_rng(0)
    collection = Collection(CORPUS)
    queries = [simulator.query(CORPUS.documents[0].text, collection, rng) for _ in range(DRAWS)]
    p = {t: (1 - noise) * P_T_D[selection].get(t, 0.0) + noise * P_T[t] for t in P_T}
    known = [term for term in p if p[term]]
    first = Counter(query[0] for query in queries)
    assert set(first) == set(known)
    assert chisquare([first[t] for t in known], [DRAWS * p[t] for t in known]).pvalue > 0.001
    # without replacement: the second is drawn from the same mixture with the first taken out
    pairs = Counter((query[0], query[1]) for query in queries)
    expected = {(a, b): DRAWS * p[a] * p[b] / (1 - p[a]) for a in known for b in known if a != b}
    assert set(pairs) <= set(expected)
    assert chisquare([pairs[pair] for pair in expected], list(expected.values())).pvalue > 0.001


def test_lengths_are_poisson_from_two_on():
    text = " ".join(f"word{chr(97 + i)}{chr(97 + j)}" for i in range(10) for j in range(10))
    documents = corpus(text)
    simulator, rng, collection = KnownItem(length_terms=4, noise=0), np.random.default_rng(1), Collection(documents)
    lengths = Counter(len(simulator.query(text, collection, rng)) for _ in range(DRAWS))
    law = poisson(4)
    beyond = law.sf(1)
    expected = [DRAWS * law.pmf(k) / beyond for k in range(2, 9)] + [DRAWS * law.sf(8) / beyond]
    found = [lengths[k] for k in range(2, 9)] + [sum(n for k, n in lengths.items() if k > 8)]
    assert min(lengths) == 2 and chisquare(found, expected).pvalue > 0.001


@pytest.mark.parametrize(("prior", "share"), [("uniform", 0.5), ("length", 0.9)])
def test_documents_are_picked_by_the_prior(prior, share):
    letters = [f"{a}{b}{c}" for a in "bcdfghjklm" for b in "bcdfghjklm" for c in "bcd"]
    documents = corpus(" ".join(letters[:30]), " ".join(letters[30:]))
    queries = KnownItem(prior=prior, noise=0, passage_characters=10_000).simulate(documents, 1000, 0)
    found = np.mean([query.evidence[0].document == "d1" for query in queries])
    assert found == pytest.approx(share, abs=0.04)


def test_long_documents_give_passages_and_all_terms_come_from_the_evidence():
    words = ["".join((a, b, c)) for a in "bdfgklmnprst" for b in "aeiou" for c in "bdfgklmnprst"]
    text = "\r\n".join(" ".join(words[i : i + 6]) + "." for i in range(0, len(words), 6))
    documents = corpus(text, "Short and whole: bread, butter, cheese.")
    queries = KnownItem(noise=0, passage_characters=120).simulate(documents, 60, 3)
    for query in queries:
        (piece,) = query.evidence
        where = documents.documents[int(piece.document[1])].text[piece.start : piece.end]
        assert set(query.text.split()) <= set(where.lower().replace(".", "").replace(",", "").replace(":", "").split())
        assert (piece.start is None) == (piece.document == "d1")
        if piece.start is not None:
            assert where == where.strip() and 80 < len(where) <= 120 and where.endswith(".")
    assert len({query.evidence for query in queries}) > 30


def test_noise_brings_words_from_elsewhere():
    documents = corpus("bread butter cheese olives", "violin cello trumpet flute oboe")
    simulator = KnownItem(noise=0.6, prior="uniform")
    queries = simulator.simulate(documents, 50, 0)
    assert any("violin" in q.text.split() for q in queries if q.evidence[0].document == "d0")
