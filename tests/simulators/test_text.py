from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragtune.simulators._text import around, normal, passage, pieces, sentences, terms
from ragtune.types import Span
from tests.texts import AWKWARD


def cut(text):
    return [text[span.start : span.end] for span in sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n\t", []),
        ("One.", ["One."]),
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ('He said "no." Then he left.', ['He said "no."', "Then he left."]),
        ("no capitals here. none at all.", ["no capitals here.", "none at all."]),
        ("See Fig. 3 and Dr. Who, i.e. both. Good.", ["See Fig. 3 and Dr. Who, i.e. both.", "Good."]),
        ("J. Smith wrote it . Yes .", ["J. Smith wrote it .", "Yes ."]),
        ("Version 3.14 is out. Get it.", ["Version 3.14 is out.", "Get it."]),
        ("A title\r\n\r\nA line\r\nof text.", ["A title", "A line\r\nof text."]),
        ("A title\n \nText", ["A title", "Text"]),
        ("漢字かな。次の文。", ["漢字かな。", "次の文。"]),
        ("Wait... what?", ["Wait...", "what?"]),
    ],
)
def test_sentences(text, expected):
    assert cut(text) == expected


@given(st.text(alphabet="ab .!?\n\r\t。é𝒜\"'", max_size=60))
def test_sentences_are_apart_in_order_and_hold_all_that_is_visible(text):
    spans = sentences(text)
    assert all(a.end <= b.start for a, b in pairwise(spans))
    assert "".join("".join(cut(text)).split()) == "".join(text.split())


@pytest.mark.parametrize("most", [1, 7, 80])
@pytest.mark.parametrize("name", AWKWARD)
def test_pieces_are_short_and_hold_all_that_is_visible(name, most):
    text = AWKWARD[name]
    spans = pieces(text, most)
    assert all(0 < span.end - span.start <= most for span in spans)
    assert all(a.end <= b.start for a, b in pairwise(spans))
    assert "".join("".join(text[s.start : s.end] for s in spans).split()) == "".join(text.split())


def test_terms_and_normal_forms():
    assert terms("The 3 Cats, and a dog: x 2024 cats don't B2B") == ["cats", "dog", "cats", "don", "b2b"]
    assert normal("  Hello,\nWORLD! ") == "hello world" == normal("hello world")


PARTS = [Span(0, 10), Span(11, 20), Span(21, 30), Span(31, 40)]


@pytest.mark.parametrize(
    ("i", "before", "after", "expected"),
    [
        (1, 0, 0, Span(11, 20)),
        (1, 11, 0, Span(0, 20)),
        (1, 10, 9, Span(11, 20)),
        (1, 10, 10, Span(11, 30)),
        (0, 99, 99, Span(0, 40)),
    ],
)
def test_around_takes_whole_neighbours(i, before, after, expected):
    assert around(PARTS, i, before, after) == expected


@pytest.mark.parametrize(
    ("i", "size", "expected"),
    [(0, 5, Span(0, 10)), (0, 20, Span(0, 20)), (1, 25, Span(11, 30)), (3, 20, Span(21, 40)), (2, 99, Span(0, 40))],
)
def test_a_passage_begins_at_its_part_or_further_up(i, size, expected):
    assert passage(PARTS, i, size) == expected
