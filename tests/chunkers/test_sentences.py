"""Where sentences begin: what Punkt says of the whole text, however long it is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragtune.chunkers import _sentences
from ragtune.chunkers._sentences import sentence_bounds, sentence_starts
from tests.texts import AWKWARD

PARTS = (
    "word ", "Dr. ", "Mr.\n", "e.g. ", '"Quoted." ', "(So.) ", "? ", "!\t", "... ", "x.y ", "。", "\u00a0", "  ", "\r\n", "'",
    ")", "--", "🐈. ", "9. ",
)  # fmt: skip


def punkt(text: str) -> list[int]:
    from nltk.tokenize import PunktSentenceTokenizer  # a second to import

    return [start for start, _ in PunktSentenceTokenizer().span_tokenize(text)]


def test_by_hand():
    assert sentence_starts("Cats sleep. Dogs bark! Do birds?") == [0, 12, 23]
    assert sentence_starts('He said "so." Then he left.') == [0, 14]
    assert sentence_starts("") == sentence_starts(" \n") == []
    assert sentence_bounds("xx One. Two. yy", 3, 12) == [3, 8, 12]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(PARTS), max_size=80).map("".join))
def test_stretches_change_nothing(text):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_sentences, "_STRETCH", 24)
        found = sentence_starts(text)
        at, plain = 0, bool(text.strip())
        while plain and at < len(text):
            at, plain = _sentences._stretch(text, at)
    if plain:
        assert found == punkt(text)
    assert found == sorted(set(found))


def test_long_prose_in_stretches(monkeypatch):
    text = AWKWARD["prose"] * 3
    monkeypatch.setattr(_sentences, "_STRETCH", 100)
    assert sentence_starts(text) == punkt(text)


def test_a_text_without_plain_words_is_cut_somewhere(monkeypatch):
    monkeypatch.setattr(_sentences, "_STRETCH", 10)
    assert sentence_starts("x" * 65) == [0, 20, 40, 60]
