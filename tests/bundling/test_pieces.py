"""Chunkers and tokenizers see documents one by one: what they make of an edited corpus is put together from parts."""

from __future__ import annotations

import numpy as np
import pytest

from ragtune.bundling._pieces import Pieces
from ragtune.component import parse, words
from ragtune.types import Chunks, Corpus, Document
from tests.contracts.run import CORPUS, value_of

DOCUMENTS = (*CORPUS.documents, Document("headed", "# One\n\nCats sleep.\n\n## Two\n\nDogs bark.\n", "Animals"))
VERBS = [
    *[
        (parse("chunker", {word: {"header": header}}), "chunk")
        for word in words("chunker")
        for header in ("none", "path")
    ],
    *[(parse("tokenizer", word), "tokenize") for word in words("tokenizer")],
]


@pytest.mark.parametrize("component, verb", VERBS, ids=[str(component) for component, _ in VERBS])
def test_documents_are_seen_one_by_one(component, verb):
    """Old documents in another order, two of them gone, new ones between them."""
    old, new = Corpus(DOCUMENTS[::2]), Corpus(DOCUMENTS[1::2])
    rows = [(1, 0), *((0, place) for place in reversed(range(len(old.documents) - 2))), (1, 2), (1, 1)]
    pieces = Pieces((old, new), *np.array(rows).T)
    found = pieces.of([value_of(component, verb, corpus) for corpus in (old, new)], pieces.corpus)
    expected = value_of(component, verb, pieces.corpus)
    if isinstance(found, Chunks):
        assert found.indexed_texts(pieces.corpus) == expected.indexed_texts(pieces.corpus)
        found, expected = (value.with_headers([""] * len(value)) for value in (found, expected))
    for name, array in expected.to_arrays().items():
        assert found.to_arrays()[name].tolist() == array.tolist(), name
