"""Source code between its definitions, by hand."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragtune.chunkers._code_tree_sitter import LANGUAGES, _parser
from ragtune.errors import MissingModelError
from tests.chunkers.cutting import chunks_of, missed, named, sizes

PYTHON = '''"""Doc."""
import os

# About f.
@cache
def f(a):
    return a


class Big:
    """A class."""

    def one(self):
        # In é.
        return [1, 2, 3, 4, 5, 6]

    def two(self):
        if self:
            return [1, 2, 3, 4, 5, 6]
        else:
            return [6, 5, 4, 3, 2, 1]
'''
SCRIPT = """import x from "y";

/** About f. */
export function f(a) { return a + 1; }

module.exports = {
  one: function () { return [1, 2, 3, 4, 5, 6, 7, 8]; },
  // é
  two: function () { return [8, 7, 6, 5, 4, 3, 2, 1]; },
};
"""


def cut(name: str, text: str, size: int, **knobs) -> list[str]:
    documents = named(name, text)
    given = "".join(f", {knob}={value}" for knob, value in knobs.items())
    return chunks_of(f"code(size_tokens={size}{given})", documents).texts(documents)


def test_python_between_statements():
    assert cut("a.py", PYTHON, 36) == [
        '"""Doc."""\nimport os\n\n# About f.\n@cache\ndef f(a):\n    return a',
        PYTHON[PYTHON.index("class") : PYTHON.index("    def one")].rstrip(),
        PYTHON[PYTHON.index("    def one") : PYTHON.index("    def two")].rstrip(),
        PYTHON[PYTHON.index("    def two") : PYTHON.index("        else")].rstrip(),
        PYTHON[PYTHON.index("        else") :].rstrip(),
    ]
    assert cut("a.py", PYTHON, 1000) == [PYTHON.rstrip()]


def test_language_by_ending_by_knob_or_none():
    assert cut("x", PYTHON, 30, language="python") == cut("x.py", PYTHON, 30)
    assert cut("x", PYTHON, 30) == cut("x.py", PYTHON, 30, language="none")
    assert cut("x", "a = 1\n\nb = 2\n \n\n\nc = 3", 6) == ["a = 1", "b = 2", "c = 3"]


@pytest.mark.parametrize(
    "broken", ["def f(:\n    x\n\ny = 1\n", "x = 1\0\n\ny = 1\n", "(" * 3000 + "\n\ny = 1\n", "x = '\ud800'\n\ny = 1\n"]
)
def test_python_that_does_not_parse_is_taken_in_blocks(broken):
    documents = named("x.py", broken)
    if "\ud800" not in broken:
        chunks = chunks_of("code(size_tokens=8)", documents)
        assert chunks.texts(documents)[-1].endswith("y = 1")
        assert not missed(broken, chunks)


def test_odd_escapes_and_marks_in_somebodys_code_warn_nobody():
    assert cut("x.py", "\ufeffx = '\\d'\ny = 1\n", 100) == ["\ufeffx = '\\d'\ny = 1"]


def test_deep_nesting_is_no_trouble():
    deep = "".join("    " * i + "if x:\n" for i in range(90)) + "    " * 90 + "y\n"
    assert cut("x.py", deep, 16)[0].startswith("if x:")
    pytest.importorskip("tree_sitter_javascript")
    assert cut("x.js", "[\n" * 3000 + "]\n" * 3000, 16)


def test_javascript_by_its_syntax_tree():
    pytest.importorskip("tree_sitter_javascript")
    assert cut("a.js", SCRIPT, 44) == [
        SCRIPT[: SCRIPT.index("module")].rstrip(),
        SCRIPT[SCRIPT.index("module") : SCRIPT.index("  // é")].rstrip(),
        SCRIPT[SCRIPT.index("  // é") :].rstrip(),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_grammar_is_inside_its_wheel(language):
    pytest.importorskip(f"tree_sitter_{LANGUAGES[language].package.replace('-', '_')}")
    text = "f(1);\n" * 20
    documents = named(f"x.{LANGUAGES[language].endings[0]}", text)
    assert not missed(text, chunks_of("code(size_tokens=16)", documents))


def test_a_missing_package_is_named(monkeypatch):
    _parser.cache_clear()
    monkeypatch.setitem(sys.modules, "tree_sitter_go", None)
    with pytest.raises(MissingModelError, match=r"pip install 'ragtune\[code\]'"):
        cut("x.go", "package x\n", 8)


PARTS = (
    "x = 1\n", "def f():\n    return 2\n", "class A:\n    y = '漢字🐈'\n", "# note\n", "\n", "if x: y\n", "(", "'''", "\r\n",
    "    z\n",
)  # fmt: skip
LINES = st.lists(st.sampled_from(PARTS), max_size=30).map("".join)


@settings(max_examples=80, deadline=None)
@given(LINES, st.integers(8, 40), st.sampled_from(["x.py", "x.js", "x"]))
def test_every_visible_character_once_and_no_chunk_too_large(text, size, name):
    if name == "x.js":
        pytest.importorskip("tree_sitter_javascript")
    documents = named(name, text)
    chunks = chunks_of(f"code(size_tokens={size})", documents)
    assert not missed(text, chunks)
    assert (chunks.start[1:] >= chunks.end[:-1]).all()
    assert max(sizes(chunks, documents), default=0) <= size
