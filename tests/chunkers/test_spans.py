"""Every chunk slices back out of its document exactly, covers what it should, and is what LlamaIndex cuts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from ragtune.component import parse
from ragtune.tokenizers.cl100k import Cl100k
from ragtune.types import Corpus, Document
from tests.texts import AWKWARD, corpus

TOKENIZER = Cl100k()


def cut(spelling: str, corpus: Corpus):
    chunker = parse("chunker", spelling)
    extra = [TOKENIZER.tokenize(corpus)] if spelling.startswith("token-window") else []
    return chunker.cut(corpus, *extra)


@pytest.mark.parametrize(
    "spelling",
    ["token-window(size_tokens=16, overlap_tokens=4)", "sentence(size_tokens=16, overlap_tokens=4)", "whole-document"],
)
def test_awkward_texts_keep_every_visible_character(spelling):
    documents = corpus(*AWKWARD.values())
    chunks = cut(spelling, documents)
    order = list(zip(chunks.document, chunks.start, chunks.end, strict=True))
    assert order == sorted(order) and len(set(order)) == len(order)
    for i, document in enumerate(documents.documents):
        covered = np.zeros(len(document.text), dtype=bool)
        for d, start, end in order:
            if d == i:
                assert 0 <= start < end <= len(document.text)
                covered[start:end] = True
        missed = {c for c, there in zip(document.text, covered, strict=True) if not there and not c.isspace()}
        assert missed <= set(".,;!?")  # LlamaIndex's last-resort pattern drops runs of punctuation, and nothing else


@pytest.mark.parametrize("size, overlap", [(16, 0), (16, 8), (40, 10)])
def test_sentence_cuts_what_llama_index_cuts(size, overlap):
    from llama_index.core.node_parser import SentenceSplitter

    splitter = SentenceSplitter(
        chunk_size=size, chunk_overlap=overlap, tokenizer=lambda text: range(TOKENIZER.count(text))
    )
    for name in ("prose", "crlf", "points", "unbroken"):
        text = AWKWARD[name]
        chunks = cut(f"sentence(size_tokens={size}, overlap_tokens={overlap})", corpus(text))
        theirs = [t for t in splitter.split_text(text) if t.strip()]
        ours = [text[s:e] for s, e in zip(chunks.start, chunks.end, strict=True)]
        assert ours == theirs, name


def test_sentences_of_repeated_text_lie_one_after_another():
    text = "Alpha beta gamma. " * 40
    chunks = cut("sentence(size_tokens=20)", corpus(text))
    assert chunks.start[0] == 0 and chunks.end[-1] == len(text.rstrip())
    assert (chunks.start[1:] - chunks.end[:-1] == 1).all()  # the space between; looked up by text they would pile up


def test_windows_by_hand():
    """'one two three four five' is five tokens; windows of 2 that share 1 begin at each but the last."""
    text = "one two three four five"
    chunks = cut("token-window(size_tokens=2, overlap_tokens=1)", corpus(text))
    assert [text[s:e] for s, e in zip(chunks.start, chunks.end, strict=True)] == [
        "one two",
        " two three",
        " three four",
        " four five",
    ]


def test_overlap_must_be_smaller_than_size():
    for word in ("token-window", "sentence"):
        with pytest.raises(ValidationError, match=r"overlap_tokens \(5\) must be less than size_tokens \(5\)"):
            parse("chunker", {word: {"size_tokens": 5, "overlap_tokens": 5}})


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text(st.characters(exclude_categories=("Cs",)), max_size=80), max_size=4),
    st.integers(1, 9),
    st.integers(0, 8),
)
def test_windows_cover_everything_and_never_split_a_character(texts, size, overlap):
    documents = corpus(*texts)
    chunks = cut(f"token-window(size_tokens={size}, overlap_tokens={min(overlap, size - 1)})", documents)
    for i, text in enumerate(texts):
        mine = chunks.document == i
        covered = {c for s, e in zip(chunks.start[mine], chunks.end[mine], strict=True) for c in range(s, e)}
        assert all(text[c].isspace() for c in set(range(len(text))) - covered)


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=200))
def test_token_starts_rise_from_zero_and_count_what_tiktoken_counts(text):
    tokens = TOKENIZER.tokenize(Corpus((Document("d", text),)))
    assert tokens.starts[0] == 0 and (np.diff(tokens.starts) >= 0).all() and tokens.starts[-1] < len(text)
    assert len(tokens.starts) == TOKENIZER.count(text)
