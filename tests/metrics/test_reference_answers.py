import math

import pytest

from ragtune.metrics import ReferenceScorer
from tests.metrics.answering import answered, engine_values, score, scores


@pytest.mark.parametrize(
    ("said", "wanted", "exact", "f1"),
    [
        ("The Eiffel Tower!", ["eiffel tower"], 1, 1),
        ("in Paris, France", ["Paris"], 0, 0.5),
        ("a b c d", ["b c", "a b c"], 0, 2 * 2 / (3 + 2)),  # the article goes: b c d
        ("to to be", ["to be to be"], 0, 2 * 3 / 7),
        ("Rome", ["Paris"], 0, 0),
        ("the", ["an"], 1, 1),  # nothing is left of either
        ("the", ["Paris"], 0, 0),
    ],
)
def test_squad_by_hand(said, wanted, exact, f1):
    assert score("exact_match", said, references=wanted) == exact
    assert score("token_f1", said, references=wanted) == pytest.approx(f1)


@pytest.mark.parametrize("label", ["token_f1", "exact_match", "answer_coverage"])
def test_without_a_reference_answer_nothing_is_known(label):
    assert math.isnan(score(label, "Paris", "Paris"))


@pytest.mark.parametrize("label", ["token_f1", "exact_match", "abstention"])
def test_an_answer_where_there_is_none_to_be_found(label):
    assert score(label, "Paris", "Paris", answerable=False) == 0


def test_abstention_is_right_whatever_is_answered():
    rows = [answered("wrong"), answered("x", refused=True), answered("", answerable=False), answered("x", failed="f")]
    assert scores("abstention", *rows)[:3] == [1, 0, 1]
    assert math.isnan(scores("abstention", *rows)[3])


@pytest.mark.parametrize(
    ("wanted", "passages", "expected"),
    [
        (["in 1883"], ["built in 1883."], 1),  # in a row
        (["the long bridges"], ["a bridge, long ago"], 1),  # by stems, without stop words
        (["Henri Becquerel"], ["Henri Poincaré"], 0.5),
        (["420 metres"], ["many metres"], 0),  # no figure, no answer
        (["Rome", "Paris"], ["to Paris"], 1),  # any of them
        (["Paris"], [], 0),
        (["?"], ["Paris"], 0),
    ],
)
def test_coverage_by_hand(wanted, passages, expected):
    assert score("answer_coverage", "", *passages, references=wanted) == expected


def test_coverage_looks_at_the_context_and_at_no_answer():
    rows = [answered("", "Paris", references=["Paris"]), answered("", "Rome", answerable=False)]
    values = engine_values(*rows)
    del values["answers"]
    assert ReferenceScorer(metrics=("answer_coverage",)).score(**values).matrix.tolist() == [[1, 1]]
