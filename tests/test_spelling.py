"""Names that parse back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragtune import spelling

word = st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True)
scalar = st.one_of(
    st.integers(-(10**9), 10**9),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.none(),
    st.text(max_size=12),
)
value = st.recursive(
    scalar,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(word, inner, max_size=3).flatmap(lambda knobs: st.builds(lambda w: {w: knobs}, word)),
    ),
    max_leaves=8,
)


@given(value)
def test_what_is_written_reads_back(value):
    assert spelling.read(spelling.write(value)) == value


@pytest.mark.parametrize(
    "text, spec",
    [
        ("bm25", "bm25"),
        ("bm25()", {"bm25": {}}),
        ("hybrid(of=[bm25(k1=0.9), dense], alpha=1e-1)", {"hybrid": {"of": [{"bm25": {"k1": 0.9}}, "dense"], "alpha": 0.1}}),
        ('folder(path="a b, c")', {"folder": {"path": "a b, c"}}),
        ("x(a=true, b=null, c=-3)", {"x": {"a": True, "b": None, "c": -3}}),
    ],
)  # fmt: skip
def test_reads(text, spec):
    assert spelling.read(text) == spec


@pytest.mark.parametrize(
    "text", ["bm25(", "bm25(k1)", "bm25(k1=)", "bm25(k1=1", "[a", "a b", "a)", "", '"open', "(" * 60, "[" * 60]
)
def test_refuses(text):
    with pytest.raises(ValueError, match="cannot read"):
        spelling.read(text)
