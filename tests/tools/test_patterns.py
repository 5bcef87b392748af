"""Regular expressions that backtracking blows up on are refused, and those that people write are not."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragtune.tools._patterns import wrong_pattern

EXPONENTIAL = [
    "(a+)+", "(a*)*b", "(a?a?)*", "^(a|a)*$", "(a|aa)+", "(x+x+)+y", r"^(\w+\s?)*$", "(ab|[ab]b)*c", "(a(b?|c?))*x",
    "([a-zA-Z]+)*", "^(([a-z])+.)+[A-Z]([a-z])+$", "^(?=(a+)+$).*", "(?i)([a-z]x|[A-Z]x)*1", "((a|b)*c|[a-c]+)*d",
    "(a{1,100}){1,100}x", "(.*a){25}", r"(\d+\d+)+",
]  # fmt: skip
WAYS = ["a?" * 30 + "a" * 30, "(((a{0,3}){0,3}){0,3}){0,3}b", ".*.*.*.*x", r"\s*\s*\s*\s*$", "(a{0,10}){0,12}b"]
OTHER = {
    "[": "no regular expression",
    r"(a)\1": "reference to a group",
    "a" * 1_001: "1,001 characters",
    "(?<a>b)": "Python",
}
FINE = [
    "", "https?://", "^[a-z]+(-[a-z]+)*$", r"^\d{4}-\d{2}-\d{2}$", r"^[^@\s]+@[^@\s]+\.[^@\s]+$", "^.{1,500}$", "(a|b)*",
    r"^(?=.*[A-Z])(?=.*\d).{8,64}$", r"^\s*(.*?)\s*$", r"^(\d{1,3}\.){3}\d{1,3}$", "^([^,]+,)*[^,]+$", "^a{0,12}$",
    "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$", "^([0-9a-f]{1,4}:){7}[0-9a-f]{1,4}$",
    r"^(([a-z0-9]|[a-z0-9][a-z0-9\-]*[a-z0-9])\.)*([a-z0-9]|[a-z0-9][a-z0-9\-]*[a-z0-9])$", "([a-z]{0,3}-)*",
    "^#?([a-f0-9]{6}|[a-f0-9]{3})$", r"^(?:(?!\.\.).)*$", r"^\w+( \w+)*$", "^(a|ab)*$",
    "^[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$",
    r"^(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?:Z|[+-][01]\d:[0-5]\d)$",
]  # fmt: skip


@pytest.mark.parametrize("pattern", EXPONENTIAL)
def test_exponential(pattern):
    assert "can take for ever" in (wrong_pattern(pattern) or "")


@pytest.mark.parametrize("pattern", WAYS)
def test_slow_without_a_loop_in_a_loop(pattern):
    assert re.search("in a row|ways|for ever", wrong_pattern(pattern) or "")


@pytest.mark.parametrize("pattern", OTHER)
def test_not_to_be_judged(pattern):
    assert OTHER[pattern] in (wrong_pattern(pattern) or "")


@pytest.mark.parametrize("pattern", FINE)
def test_what_people_write(pattern):
    assert wrong_pattern(pattern) is None


@pytest.mark.parametrize(
    "pattern", ["(" * 400 + ")" * 400, "(a|b)" * 150, "((a|b)*c)*" * 80, "(" * 900, "[a-z]{0,900}" * 60]
)
def test_judged_soon_whatever_it_is(pattern):
    began = time.process_time()
    wrong_pattern(pattern)
    assert time.process_time() - began < 1


PATTERNS = st.recursive(
    st.sampled_from(["a", "b", "[ab]", "."]),
    lambda p: (
        st.tuples(p, p).map("".join) | st.tuples(p, p).map("({0[0]}|{0[1]})".format) | p.map("({0})*".format)
        | p.map("({0})?".format) | p.map("({0}){{1,3}}".format) | p.map("({0})+".format)
    ),
    max_leaves=6,
)  # fmt: skip


@given(PATTERNS)
@settings(max_examples=150)
def test_what_is_allowed_is_not_exponential(pattern):
    """Measured: no text of 30 letters takes long by a pattern that is allowed."""
    if wrong_pattern(f"^{pattern}$") is None:
        for text in ("a" * 30 + "!", "b" * 30 + "!", "ab" * 15 + "!"):
            began = time.process_time()
            re.search(f"^{pattern}$", text)
            assert time.process_time() - began < 0.1, text
