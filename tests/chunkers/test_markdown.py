"""Sections of Markdown, by hand."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.chunkers.cutting import chunks_of, missed, sizes, texts_of
from tests.texts import corpus

GUIDE = """Intro.

# Guide

Read on.

## Install

Run it.

```sh
# no heading
make
```

## Use

Import it.

# Notes

None.
"""


def test_sections_by_heading():
    assert texts_of("markdown(merge=false)", GUIDE) == [
        "Intro.",
        "# Guide\n\nRead on.",
        "## Install\n\nRun it.\n\n```sh\n# no heading\nmake\n```",
        "## Use\n\nImport it.",
        "# Notes\n\nNone.",
    ]
    assert texts_of("markdown(merge=false, level=1)", GUIDE)[1].startswith("# Guide")
    assert len(texts_of("markdown(merge=false, level=1)", GUIDE)) == 3


def test_small_neighbours_are_one_but_none_goes_into_a_heading_above_its_first():
    assert texts_of("markdown", GUIDE) == [GUIDE.strip()]
    assert texts_of("markdown(size_tokens=12)", GUIDE)[0] == "Intro.\n\n# Guide\n\nRead on."
    assert texts_of("markdown(size_tokens=40)", "## A\n\nx\n\n## B\n\ny\n\n# C\n\nz") == [
        "## A\n\nx\n\n## B\n\ny",
        "# C\n\nz",
    ]


def test_a_large_section_is_cut_between_blocks_and_fenced_code_stays_whole():
    text = "# T\n\nOne two three four.\n\n```\na = 1\n\nb = 2\n```\n\nFive six seven eight nine ten."
    assert texts_of("markdown(size_tokens=14)", text) == [
        "# T\n\nOne two three four.",
        "```\na = 1\n\nb = 2\n```",
        "Five six seven eight nine ten.",
    ]


def test_a_list_too_large_is_cut_at_lines():
    text = "- one two three four\n- five six seven eight\n- nine ten eleven twelve\n"
    assert texts_of("markdown(size_tokens=8)", text) == [line for line in text.splitlines() if line]


PARTS = (
    "# A\n", "### B\n", "word ", "A sentence. ", "\n\n", "```\n", "~~~~\n", "- item\n", "| a | b |\n", "漢字", "🐈‍⬛", "\r\n",
)  # fmt: skip
MARKDOWN = st.lists(st.sampled_from(PARTS), max_size=60).map("".join)


@settings(max_examples=100, deadline=None)
@given(MARKDOWN, st.integers(6, 20), st.booleans())
def test_every_visible_character_once_and_no_chunk_too_large(text, size, merge):
    documents = corpus(text)
    chunks = chunks_of(f"markdown(size_tokens={size}, merge={str(merge).lower()})", documents)
    assert not missed(text, chunks)
    assert (chunks.start[1:] >= chunks.end[:-1]).all()
    assert max(sizes(chunks, documents), default=0) <= size
