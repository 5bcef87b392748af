"""Blocks and sections of raw markup, by hand."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ragtune.chunkers._markup import blocks
from tests.chunkers.cutting import chunks_of, sizes, texts_of
from tests.texts import corpus

PAGE = """<!doctype html><html><head><title>Cats &amp; dogs</title><style>p { color: red }</style>
<script>if (a < b) "<p>no text</p>"</script></head><body>
<h1 class="a>b">All <i>cats</i></h1><p>Some <b>sleep</b> long.</p><!-- <p>not this</p> -->
<h2>Food</h2><ul><li>Fish<li>Mice</ul><table><tr><td>a</td><td>b</td></tr></table>
<pre>x
  y</pre></body></html>"""


def test_blocks_begin_and_end_with_their_text():
    assert [PAGE[block.start : block.end] for block in blocks(PAGE)] == [
        "Cats &amp; dogs",
        "All <i>cats",
        "Some <b>sleep</b> long.",
        "Food",
        "Fish",
        "Mice",
        "a</td><td>b",
        "x\n  y",
    ]
    assert [block.heading for block in blocks(PAGE)] == [0, 1, 0, 2, 0, 0, 0, 0]
    assert [PAGE[block.opens : block.opens + 3] for block in blocks(PAGE) if block.heading] == ["<h1", "<h2"]


def test_sections_by_heading():
    assert [text.split("<")[0] for text in texts_of("html(merge=false)", PAGE)] == ["Cats &amp; dogs", "All ", "Food"]
    assert len(texts_of("html(merge=false, level=1)", PAGE)) == 2
    assert len(texts_of("html(size_tokens=200)", PAGE)) == 1


def test_a_large_section_is_cut_between_blocks():
    text = "<h1>Title</h1><p>One two three four five.</p><p>Six seven eight nine ten.</p>"
    assert texts_of("html(size_tokens=15)", text) == [
        "Title</h1><p>One two three four five.",
        "Six seven eight nine ten.",
    ]


def test_what_is_broken_is_still_read():
    assert texts_of("html", "1 < 2 and <3 hearts") == ["1 < 2 and <3 hearts"]
    for text, kept in {
        "<p>kept <!-- open": "kept",
        "<script>kept": "kept",
        "<p title='open>kept": "kept",
        "<p title=don't>kept</p> it's": "kept",
        "<h1>kept<p>kept": "kept",
        "</>kept<": "kept",
    }.items():
        assert kept in " ".join(texts_of("html", text)), text
    assert texts_of("html", "<div><br></div>") == []


def test_headings_that_hold_blocks_or_stay_open():
    found = blocks("<h2><div>In</div></h2><h3>Open<p>text</p>")
    assert [(block.heading, block.start) for block in found] == [(2, 9), (3, 26), (0, 33)]


PARTS = (
    "<p>", "</p>", "<h1>", "</h1>", "<h3 id='x'>", "<b>", "</b>", "<!-- ", " -->", "<script>", "</script>", "<pre>",
    "word. ", "漢字", "🐈", " ", "\n", "<", ">", "<li>", '<a href="',
)  # fmt: skip
TAGS = st.lists(st.sampled_from(PARTS), max_size=50).map("".join)
SOUND = st.lists(
    st.sampled_from(["<p>one</p>", "<h1>two</h1>", "<div><ul><li>three</ul></div>", "four <b>five</b>"]), max_size=20
)


@settings(max_examples=100, deadline=None)
@given(TAGS, st.integers(8, 30))
def test_chunks_stand_apart_in_order_and_in_size(text, size):
    documents = corpus(text)
    chunks = chunks_of(f"html(size_tokens={size})", documents)
    assert (chunks.start[1:] >= chunks.end[:-1]).all()
    assert max(sizes(chunks, documents), default=0) <= size


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(["<p>one</p>", "<h1>two</h1>", "<div><ul><li>three</ul></div>", "four <b>five</b>"]),
        max_size=20,
    )
)
def test_every_word_of_a_sound_page_is_in_a_chunk(parts):
    text = "".join(parts)
    found = " ".join(texts_of("html(size_tokens=12)", text))
    for word in ("one", "two", "three", "four", "five"):
        assert found.count(word) == text.count(word)
