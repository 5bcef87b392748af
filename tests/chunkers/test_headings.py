"""Headers: what a chunk stands under, and that it is indexed and never read."""

from __future__ import annotations

import numpy as np

from ragtune.chunkers._headings import headers, headings
from ragtune.chunkers.token_window import TokenWindow
from ragtune.retrievers.bm25 import Bm25
from ragtune.types import Chunks, Corpus, Document

TEXT = "# Guide\nIntro.\n## Install\nRun it.\n```\n# no heading\n```\n### On Linux ##\nWith make.\n## Use\nImport it.\n"


def test_headings_of_markdown_and_html():
    assert [(h.level, h.title) for h in headings(TEXT)] == [(1, "Guide"), (2, "Install"), (3, "On Linux"), (2, "Use")]
    assert all(TEXT[h.start] == "#" for h in headings(TEXT))
    html = "<html><body><h1>A &amp; B</h1><p>x</p><h2 class='c'>In <b>bold</b></h2></body></html>"
    assert [(h.level, h.title) for h in headings(html)] == [(1, "A & B"), (2, "In bold")]
    assert headings("no #heading\n#neither\n    # code") == []


def test_a_chunk_stands_under_the_headings_open_where_it_begins():
    places = [TEXT.index(words) for words in ("Intro", "## Install", "With make", "## Use", "Import")]
    chunks = Chunks(np.zeros(5, int), np.array(places), np.array(places) + 5)
    documents = Corpus((Document("d", TEXT, "The guide"),))
    assert headers(chunks, documents, path=False) == ["The guide"] * 5
    assert headers(chunks, documents, path=True) == [
        "The guide > Guide",
        "The guide > Guide",  # begins with its own heading, which is in its text
        "The guide > Guide > Install > On Linux",
        "The guide > Guide",
        "The guide > Guide > Use",
    ]
    untitled = Corpus((Document("d", TEXT),))
    assert headers(chunks, untitled, path=True)[0] == "Guide"


def test_headers_are_indexed_and_are_no_part_of_the_chunk():
    documents = Corpus((Document("d", "plain words", "Zebra crossing"), Document("e", "no title")))
    cut = Chunks(np.array([0, 1]), np.array([0, 0]), np.array([11, 8]))
    chunks = TokenWindow(header="title").chunk(cut, documents)
    assert chunks.texts(documents) == ["plain words", "no title"]
    assert chunks.indexed_texts(documents) == ["Zebra crossing\nplain words", "no title"]
    assert Chunks.from_arrays(chunks.to_arrays()).indexed_texts(documents) == chunks.indexed_texts(documents)
    assert "zebra" in Bm25().terms(chunks, documents).vocabulary
    assert TokenWindow().key("cut") == TokenWindow(header="path").key("cut")
