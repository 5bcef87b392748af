"""Pages and windows of characters."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragtune.component import parse
from ragtune.errors import StepError
from ragtune.types import Document
from tests.chunkers.cutting import texts_of


def pages(text: str, starts=None) -> list[str]:
    metadata = {} if starts is None else {"page_starts": starts}
    spans = parse("chunker", "page").spans(Document("d", text, "", metadata))
    return [text[span.start : span.end] for span in spans]


def test_pages_are_parted_by_form_feeds_or_by_the_documents_own_word():
    assert pages("One\n\fTwo \f\f Three") == ["One", "Two", "Three"]
    assert pages("no pages") == ["no pages"]
    assert pages("\f \f") == []
    assert pages("one\ftwo three", [0, 8]) == ["one\ftwo", "three"]
    assert pages("one two", []) == ["one two"]


@pytest.mark.parametrize("wrong", [[5, 3], [0, 99], [-1], ["0"], "0", [True]])
def test_wrong_page_starts_are_told(wrong):
    with pytest.raises(StepError, match="document 'd': page_starts in its metadata must be rising offsets"):
        pages("one two three", wrong)


def test_windows_of_characters():
    assert texts_of("fixed-character(size_characters=4)", "abcdefghij") == ["abcd", "efgh", "ij"]
    assert texts_of("fixed-character(size_characters=4, overlap_characters=2)", "abcdefgh") == ["abcd", "cdef", "efgh"]
    assert texts_of("fixed-character(size_characters=4)", "abcd") == ["abcd"]
    assert texts_of("fixed-character(size_characters=2)", "a    🐈") == ["a ", " 🐈"]
    with pytest.raises(ValueError, match="must be less than size_characters"):
        parse("chunker", {"fixed-character": {"size_characters": 4, "overlap_characters": 4}})


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 40), st.integers(1, 9), st.integers(0, 8))
def test_windows_reach_the_end_and_none_lies_in_another(length, size, overlap):
    overlap = min(overlap, size - 1)
    knobs = {"fixed-character": {"size_characters": size, "overlap_characters": overlap}}
    spans = parse("chunker", knobs).spans(Document("d", "x" * length))
    assert [span.start for span in spans] == [i * (size - overlap) for i in range(len(spans))]
    assert all(span.end - span.start == size for span in spans[:-1])
    assert (spans[-1].end if spans else 0) == length
    assert not spans[1:] or spans[-2].end < length
