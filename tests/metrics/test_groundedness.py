import os
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragtune.metrics._answer_text import sentences, words
from ragtune.metrics._figures import facts, numbers
from ragtune.metrics._support import support_of
from ragtune.metrics._support_features import FEATURES, Reader
from ragtune.metrics._support_weights import WEIGHTS
from tests.metrics.answering import score


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Dog's 1,000 bones!", ["the", "dog", "1000", "bones"]),
        ("It isn’t 3.14 [2], is it?", ["it", "isn't", "3.14", "is", "it"]),
        ("東京は3月", ["東", "京", "は", "3", "月"]),
        ("ﬁne snake_case x-ray 5km", ["fine", "snake", "case", "x", "ray", "5km"]),
        ("… ?", []),
    ],
)
def test_words(text, expected):
    assert words(text) == expected


def test_sentences():
    assert sentences("Dr. Who came at 5 p.m. today. He left!\n- one\n***\n“Two.” Three") == [
        "Dr. Who came at 5 p.m. today.", "He left!", "- one", "“Two.”", "Three",
    ]  # fmt: skip


def test_k_precision_by_hand():
    # lions, eat, meat, meat: two of the four are found, and stop words do not count
    assert score("k_precision", "The lions eat the meat, meat.", "Lions and hens", "eat grass") == 0.5
    assert score("k_precision", "It was the one.", "it was here") == pytest.approx(2 / 4)  # nothing but stop words


def test_bigrams_by_hand():
    # (the lions) (lions eat) (eat meat): the first and the last; a pair across two passages is none
    assert score("bigram_precision", "The lions eat meat", "the lions", "eat meat") == pytest.approx(2 / 3)
    assert score("bigram_precision", "Lions", "the lions") == 1


def slow_common(a, b):
    row = [0] * (len(b) + 1)
    for x in a:
        above = row
        row = [0]
        for j, z in enumerate(b):
            row.append(above[j] + 1 if x == z else max(above[j + 1], row[j]))
    return row[-1]


@given(st.text("abc ", min_size=1, max_size=30), st.lists(st.text("abcd ", max_size=30), min_size=1, max_size=3))
def test_rouge_l_is_the_textbook_s(text, passages):
    said, given_ = words(text), [word for passage in passages for word in words(passage)]
    expected = slow_common(said, given_) / len(said) if said else 0
    assert score("rouge_l_precision", text, *passages) == pytest.approx(expected)


def test_rouge_l_by_hand():
    assert score("rouge_l_precision", "police killed the gunman", "police kill the gunman") == 0.75


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1,000", "1000"), ("1 000 000".replace(" ", "\u202f"), "1 million"), ("5 %", "5 percent"), ("five per cent", "5%"),
        ("2.5 million", "2,500,000"), ("$3bn", "3 billion dollars"), ("10k", "10,000"), ("two hundred", "200"),
        ("twenty-one", "21"), ("the 3rd", "3"), ("March 5, 2024", "2024-03-05"), ("5 Sept. 2001", "2001-09-05"),
        ("1990s", "1990"), ("12.0", "12"), ("1,5", "1.5"),
    ],
)  # fmt: skip
def test_the_same_figure_however_it_is_written(one, other):
    assert numbers(one) == numbers(other) != frozenset()


@pytest.mark.parametrize(("one", "other"), [("5%", "5"), ("5 million", "5"), ("10", "100"), ("May 3", "June 3")])
def test_other_figures(one, other):
    assert score("names_and_numbers", f"so {one}", f"so {other}") < 1


def test_may_is_no_month_where_it_is_a_verb():
    assert numbers("You may go. May I? In May.") == {"month:5"}


def test_names():
    text = "Dogs like Marie Curie. The White House in Paris. NASA said so. In January O'Neill left."
    assert facts(text).names == {("marie", "curie"), ("white", "house"), ("paris",), ("nasa",), ("o'neill",)}


def test_names_and_numbers_by_hand():
    answer = "In 1903 the prize went to Marie Curie and Henri Becquerel."
    assert score("names_and_numbers", answer, "Marie Curie, 1903", "Henri Poincaré") == pytest.approx(2 / 3)
    assert score("names_and_numbers", "nothing to check", "a passage") == 1


def test_features_by_hand():
    reader = Reader({"common": 1})
    information, window, sentence, bigrams, figures = reader.features(
        "Rare common 7.", ["Common 8.", "Unlike it, rare."]
    )
    # weights 36 rare, 1 common, 36 for 7
    assert information == pytest.approx(37 / 73)
    assert window == pytest.approx(36 / 73)  # one passage at a time
    assert sentence == pytest.approx(2 * 36 / (73 + 72))  # rare, beside unlik and rare
    assert (bigrams, figures) == (0, 0)
    assert reader.features("Cats chased", ["a cat is chasing"])[1:] == pytest.approx((1, 1, 1, 1))
    assert reader.features("a cat", ["?"]) == (0,) * len(FEATURES)


def test_a_window_is_a_stretch_of_the_passage():
    apart = "alpha " + "pad " * 30 + "beta"
    near, far = (Reader({}).features("alpha beta", [text])[1] for text in ("alpha and beta", apart))
    assert (near, far) == (1, 0.5)


def test_weights_are_a_mean():
    assert tuple(WEIGHTS) == FEATURES
    assert sum(WEIGHTS.values()) == pytest.approx(1, abs=2e-3)
    assert min(WEIGHTS.values()) >= 0


def test_support_rises_with_what_the_context_says():
    claim = "The Rhine bridge opened in 1883."
    passages = [
        "Herrings are fish.",
        "The Rhine has bridges.",
        "A bridge opened in 1883.",
        "The Rhine bridge opened in 1883.",
    ]
    found = [support_of(claim, [passage]) for passage in passages]
    assert found == sorted(found)
    assert found[0] < 0.2 < 0.8 < found[-1]


DATA = Path(os.environ.get("RAGTUNE_DATA", "")) / "grounded" / "attributionbench" / "data.jsonl"


@pytest.mark.skipif(not DATA.is_file() or "RAGTUNE_DATA" not in os.environ, reason="RAGTUNE_DATA names no data")
def test_agrees_with_people_who_judged_a_source_it_never_saw():
    from sklearn.metrics import roc_auc_score

    from benchmarks._support_weights import features_of, learn, levels_of

    claimed = _claims()
    seen, unseen = ([c for c in claimed if (c.source == "LFQA") is held] for held in (False, True))
    levels = levels_of(seen)
    labels = np.array([c.label for c in seen], dtype=float)
    weights = learn(features_of(seen, levels), labels, [c.source for c in seen])
    blend = features_of(unseen, levels) @ weights
    assert roc_auc_score([c.label for c in unseen], blend) > 0.88


@cache
def _claims():
    from benchmarks._grounded_data import claims

    return claims()
