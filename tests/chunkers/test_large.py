"""Texts made to be slow: where time grew with their square, or patterns looked back, this module would not end."""

from __future__ import annotations

import pytest

from ragtune.component import parse
from ragtune.types import Corpus, Document
from tests.chunkers.cutting import TOKENIZER

N = 60_000
LARGE = {
    "one line": "Cats sleep. " * (N // 12),
    "one word": "a" * N,
    "white space": "x" + " \n" * (N // 2) + "x",
    "exclamation": "!" * (N // 6),
    "headings": "# A\n\nx\n\n" * (N // 8),
    "tags": "<div><p>x</p>" * (N // 13),
    "open headings": "<h2>x " * (N // 6),
    "open comments": "<!-- x " * (N // 7),
    "open scripts": "<script> </script " * (N // 18),
    "open quotes": "<a =\"x> '" * (N // 9),
    "brackets": "[" * N,
    "fences": "```\n" * (N // 4),
}


@pytest.mark.parametrize("word", ["code", "html", "markdown", "recursive", "sentence", "sentence-window"])
def test_no_text_takes_for_ever(word):
    chunker = parse("chunker", word)
    for text in LARGE.values():
        corpus = Corpus((Document("x.py", text),))
        tokens = [] if word in ("recursive", "sentence") else [TOKENIZER.tokenize(corpus)]
        chunks = chunker.cut(corpus, *tokens)
        assert (chunks.start[1:] >= chunks.end[:-1]).all() and (chunks.end <= len(text)).all()
