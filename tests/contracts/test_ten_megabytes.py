"""Every chunker and every context on one document of ten million characters (`make torture`)."""

from __future__ import annotations

import numpy as np
import pytest

from ragtune.component import words
from ragtune.types import Corpus, Document
from tests.contracts.run import value_of
from tests.contracts.test_components import make
from tests.texts import AWKWARD

PROSE = "".join(AWKWARD[name] for name in ("prose", "astral", "crlf", "points"))
LONG = Corpus((Document("long", (PROSE * (10_000_000 // len(PROSE) + 1))[:10_000_000]),))


@pytest.mark.torture
@pytest.mark.parametrize("word", words("chunker"))
def test_chunks_slice_back(word):
    text = LONG.documents[0].text
    chunks = value_of(make("chunker", word), "chunk", LONG)
    assert (np.diff(chunks.start) >= 0).all() and (chunks.start < chunks.end).all() and chunks.end[-1] <= len(text)
    pick = range(0, len(chunks), max(1, len(chunks) // 2_000))
    texts = chunks.texts(LONG)
    assert all(texts[i] == text[chunks.start[i] : chunks.end[i]] and texts[i].strip() for i in pick)


@pytest.mark.torture
@pytest.mark.parametrize("kind, verb, word", [
    *(("retriever", "rank", word) for word in ("bm25", "rank-bm25", "tf-idf", "rm3", "dense", "hybrid")),
    *(("context", "pack", word) for word in words("context")),
])  # fmt: skip
def test_everything_after_ends(kind, verb, word):
    found = value_of(make(kind, word), verb, LONG)
    assert (found.tokens if kind == "context" else found.chunk >= 0).any()
