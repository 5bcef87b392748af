"""Sentence windows and parents: small to find, wide to read."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragtune.component import parse
from tests.chunkers.cutting import TOKENIZER, chunks_of, missed, sizes, texts_of
from tests.texts import AWKWARD, corpus

TEXT = "One is here. Two is here. Three is here. Four is here. Five is here."


def wide_texts(chunks, documents) -> list[str]:
    rows = zip(chunks.document, chunks.wide_start, chunks.wide_end, strict=True)
    return [documents.documents[d].text[start:end] for d, start, end in rows]


def test_sentences_are_read_with_their_neighbours():
    documents = corpus(TEXT, "Alone.")
    chunks = chunks_of("sentence-window(window=1)", documents)
    assert chunks.texts(documents) == [f"{n} is here." for n in ("One", "Two", "Three", "Four", "Five")] + ["Alone."]
    assert wide_texts(chunks, documents) == [
        "One is here. Two is here.",
        "One is here. Two is here. Three is here.",
        "Two is here. Three is here. Four is here.",
        "Three is here. Four is here. Five is here.",
        "Four is here. Five is here.",
        "Alone.",
    ]
    assert chunks.wide_from.tolist() == [1] * 6
    assert chunks.reads_wide(np.array([[2, -1]])).tolist() == [[True, False]]


def test_windows_are_those_of_llama_index():
    from llama_index.core.node_parser import SentenceWindowNodeParser
    from llama_index.core.schema import Document

    for text in (TEXT, AWKWARD["prose"], AWKWARD["astral"], AWKWARD["crlf"]):
        documents = corpus(text)
        chunks = chunks_of("sentence-window(window=2)", documents)
        nodes = SentenceWindowNodeParser(window_size=2).get_nodes_from_documents([Document(text=text)])
        assert chunks.texts(documents) == [node.text.strip() for node in nodes]
        theirs = ["".join(node.metadata["window"].split()) for node in nodes]
        assert ["".join(wide.split()) for wide in wide_texts(chunks, documents)] == theirs


def test_a_sentence_too_long_is_cut_at_words():
    assert texts_of("sentence-window(size_tokens=4)", "one two three four five six") == [
        "one two three four",
        "five six",
    ]


def test_leaves_are_read_as_their_parent_once_more_than_the_share_is_found():
    """Parents of three sentences and of two; more than half of three is two, more than half of two is both."""
    documents = corpus(TEXT)
    chunks = chunks_of("parent-child(size_tokens=5, parent_size_tokens=15)", documents)
    assert chunks.texts(documents) == [f"{n} is here." for n in ("One", "Two", "Three", "Four", "Five")]
    assert wide_texts(chunks, documents) == [TEXT[:40]] * 3 + [TEXT[41:]] * 2
    assert chunks.wide_from.tolist() == [2, 2, 2, 2, 2] and chunks.wide_among.tolist() == [12]
    found = np.array([[0, 3, 2, -1], [4, 0, -1, -1]])
    assert chunks.reads_wide(found).tolist() == [[True, False, True, False], [False, False, False, False]]


def test_leaves_and_parents_are_those_of_llama_index():
    from llama_index.core.node_parser import SentenceSplitter

    def split(text: str, size: int) -> list[str]:
        return SentenceSplitter(
            chunk_size=size, chunk_overlap=0, tokenizer=lambda text: range(TOKENIZER.count(text))
        ).split_text(text)

    text = AWKWARD["prose"]
    documents = corpus(text)
    chunks = chunks_of("parent-child(size_tokens=16, parent_size_tokens=64)", documents)
    parents = split(text, 64)
    assert list(dict.fromkeys(wide_texts(chunks, documents))) == parents
    assert chunks.texts(documents) == [leaf for parent in parents for leaf in split(parent, 16)]


def test_a_leaf_must_be_smaller_than_its_parent():
    with pytest.raises(ValueError, match=r"size_tokens \(64\) must be less than parent_size_tokens \(64\)"):
        parse("chunker", {"parent-child": {"size_tokens": 64, "parent_size_tokens": 64}})


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(["Cats sleep. ", "Dogs! ", "漢字。", "🐈‍⬛ ", "\n\n\n", "word ", "a" * 60]), max_size=40),
    st.integers(6, 12),
    st.sampled_from(["sentence-window(size_tokens={})", "parent-child(size_tokens={}, parent_size_tokens=30)"]),
)
def test_every_visible_character_once_inside_its_wide_span(parts, size, spelling):
    text = "".join(parts)
    documents = corpus(text)
    chunks = chunks_of(spelling.format(size), documents)
    assert not missed(text, chunks)
    assert (chunks.start[1:] >= chunks.end[:-1]).all()
    assert (chunks.wide_start <= chunks.start).all() and (chunks.end <= chunks.wide_end).all()
    if spelling.startswith("sentence"):
        assert max(sizes(chunks, documents), default=0) <= size
