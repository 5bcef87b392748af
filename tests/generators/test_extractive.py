"""The best sentences of the context, worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from ragtune.answers import Citation, Frame, Frames
from ragtune.generators.extractive import Extractive, _cut
from ragtune.types import Contexts, Corpus, Document, Queries

TEXT = "Cats sleep all day. Dogs bark at night.\nThey wake the cats. Birds sing at dawn, and so on.\n- An item"
CORPUS = Corpus((Document("d", TEXT), Document("e", "Dogs bark at postmen.")))
CONTEXTS = Contexts(np.array([0, 0]), np.array([0, 1]), np.array([0, 0]), np.array([len(TEXT), 21]), np.array([10]))


PLAIN = Frame((0, 1))


def answer(query: str, frame: Frame = PLAIN, **knobs: object):
    return Extractive(**knobs).generate(Queries((query,)), CONTEXTS, CORPUS, Frames((frame,))).answers[0]


def test_sentences_end_at_full_stops_and_before_items_but_not_at_wrapped_lines():
    assert [s.text for s in _cut(TEXT)] == [
        "Cats sleep all day.", "Dogs bark at night.", "They wake the cats.", "Birds sing at dawn, and so on.", "- An item",
    ]  # fmt: skip
    assert [s.text for s in _cut("one\ntwo three. Four")] == ["one two three.", "Four"]


def test_the_best_sentences_come_in_reading_order():
    assert answer("When do birds sing?", sentences=1).text == "Birds sing at dawn, and so on."
    assert answer("sleeping cats", sentences=2).text == "Cats sleep all day. They wake the cats."
    assert answer("dogs bark", Frame((1, 0)), sentences=2).text == "Dogs bark at postmen. Dogs bark at night."


def test_each_sentence_names_its_passage_where_asked():
    found = answer("dogs bark", Frame((0, 1), cites=True), sentences=2)
    assert found.text == "Dogs bark at night. Dogs bark at postmen."
    assert found.citations == (Citation(0, 19, 0), Citation(20, 41, 1))


def test_it_refuses_where_nothing_fits_and_the_prompt_lets_it():
    refusing = Frame((0, 1), refusal="No idea.")
    assert answer("submarine propulsion", refusing) == answer("submarine propulsion", refusing, threshold=0.9)
    found = answer("submarine propulsion", refusing)
    assert (found.text, found.refused) == ("No idea.", True)
    assert not answer("submarine propulsion").refused  # asked to answer all the same
    assert answer("When do birds sing?", refusing).refused is False


def test_an_answer_is_as_long_as_those_of_the_examples():
    one = Frame((0, 1), shots=(("q", "One."), ("q", "One."), ("q", "One. Two. Three.")))
    assert answer("cats", one, sentences=3).text == "Cats sleep all day."


def test_no_context_is_a_refusal_without_words():
    nothing = Contexts(*(np.zeros(0, dtype=np.int64) for _ in range(4)), np.array([0]))
    found = Extractive().generate(Queries(("q",)), nothing, CORPUS, Frames((Frame(()),))).answers[0]
    assert found.refused and found.text == ""


@pytest.mark.parametrize("query", ["", "   ", "???"])
def test_a_query_without_words_is_answered_with_what_comes_first(query):
    assert answer(query, sentences=1).text == "Cats sleep all day."
