"""The separator cascade, against a plain retelling of LangChain's splitter that works on texts."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ragtune.chunkers.recursive import Recursive
from ragtune.component import parse
from ragtune.tokenizers.cl100k import Cl100k
from ragtune.types import Document
from tests.texts import AWKWARD

COUNT = Cl100k().count
SEPARATORS = ("\n\n", "\n", ".", "?", "!", " ", "")


def texts_of(text: str, **knobs) -> list[str]:
    return [text[span.start : span.end] for span in Recursive(**knobs).spans(Document("d", text))]


def oracle(text: str, size: int, overlap: int, separators=SEPARATORS) -> list[str]:
    """LangChain's rules, told with strings and lists; slow and plain."""
    here = next((s for s in separators if s in text), separators[-1])
    rest = separators[separators.index(here) + 1 :] if here in text else ()
    pieces = list(text)
    if here:
        first, *others = text.split(here)
        pieces = [piece for piece in [first, *(here + other for other in others)] if piece]
    chunks, waiting = [], []
    for piece in pieces:
        if COUNT(piece) < size:
            waiting.append(piece)
            continue
        chunks += merged(waiting, size, overlap)
        waiting = []
        chunks += oracle(piece, size, overlap, rest) if rest else [piece]
    return chunks + merged(waiting, size, overlap)


def merged(pieces: list[str], size: int, overlap: int) -> list[str]:
    chunks, open_ = [], []
    for piece in pieces:
        if open_ and total(open_) + COUNT(piece) > size:
            chunks.append("".join(open_).strip())
            while total(open_) > overlap or (open_ and total(open_) + COUNT(piece) > size):
                open_ = open_[1:]
        open_ = [*open_, piece]
    return [chunk for chunk in [*chunks, "".join(open_).strip()] if chunk]


def total(pieces: list[str]) -> int:
    return sum(COUNT(piece) for piece in pieces)


def test_by_hand():
    """Paragraphs of 3, 9 and 2 tokens at a size of 5: the second goes on to sentences, which keep their full stop in front."""
    text = "One two three\n\nFour five six. Seven eight nine ten\n\nEleven"
    assert texts_of(text, size_tokens=5) == ["One two three", "Four five six", ". Seven eight nine ten", "Eleven"]


def test_the_last_pieces_are_repeated():
    assert texts_of("a b c d e", size_tokens=3, overlap_tokens=1, separators=(" ", "")) == ["a b c", "c d e"]


def test_a_piece_too_large_for_the_last_separator_stays_whole():
    assert texts_of("one two three four five\nsix", size_tokens=3, separators=("\n",)) == [
        "one two three four five",
        "six",
    ]


def test_separators_are_a_knob_that_parses_back():
    chunker = parse("chunker", {"recursive": {"separators": ["\n", ""]}})
    assert parse("chunker", str(chunker)) == chunker
    with pytest.raises(ValueError, match="at least 1 item"):
        parse("chunker", {"recursive": {"separators": []}})


TEXTS = st.lists(
    st.sampled_from(["word", "Ünïcödé", "🐈‍⬛", "a", " ", "  ", ".", "? ", "!", "\n", "\n\n", "\r\n", "漢字。"]),
    max_size=60,
).map("".join)


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.integers(1, 12), st.integers(0, 11))
@example("\n\n\n\n", 2, 0)
@example(AWKWARD["prose"], 16, 4)
@example(AWKWARD["points"], 16, 0)
@example(AWKWARD["astral"][:200], 5, 2)
def test_cuts_what_the_oracle_cuts(text, size, overlap):
    overlap = min(overlap, size - 1)
    ours = texts_of(text, size_tokens=size, overlap_tokens=overlap)
    assert ours == oracle(text, size, overlap)


@settings(max_examples=80, deadline=None)
@given(TEXTS, st.integers(2, 12))
def test_every_visible_character_is_in_one_chunk(text, size):
    spans = Recursive(size_tokens=size).spans(Document("d", text))
    assert all(a.end <= b.start for a, b in pairwise(spans))
    covered = {i for span in spans for i in range(span.start, span.end)}
    assert all(character.isspace() for i, character in enumerate(text) if i not in covered)
