"""Tests of the quickstart corpus: its documents and its hand-written questions."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from ragtune.datasets._stdlib_docs import build

CORPUS = Path(__file__).parents[2] / "corpora" / "python-stdlib"


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


SHAPES = '''\
"""Shapes and sizes.

More about them.
"""
import sys


class Circle(Shape, metaclass=Meta):
    """A round thing.

    It rolls:
        downhill.
    """

    def __init__(self, radius: float = 1.0, *, unit="cm"):
        """Make a circle."""

    @property
    def area(self):
        """Size of the surface."""

    @area.setter
    def area(self, value):
        """Set the size."""

    def undocumented(self):
        pass

    def _private(self):
        """Nobody sees this."""


class Holder:
    class Inner:
        """Inside."""


class Silent:
    pass


if sys.platform == "win32":

    def paint(colour):
        """Paint on Windows."""

else:

    def paint(colour, /):
        """Paint elsewhere."""


try:
    from _fast import load
except ImportError:

    async def load(path, *rest, **options) -> bytes:
        """Read a shape."""
'''

SHAPES_DOCUMENT = """\
# shapes

Shapes and sizes.

More about them.

## class Circle(Shape, metaclass=Meta)

A round thing.

It rolls:
    downhill.

### Circle.__init__(self, radius: float=1.0, *, unit='cm')

Make a circle.

### property Circle.area

Size of the surface.

## class Holder

### class Holder.Inner

Inside.

## paint(colour)

Paint on Windows.

## async load(path, *rest, **options) -> bytes

Read a shape.
"""


def test_renders_documented_names_in_source_order(tmp_path: Path) -> None:
    write(tmp_path, "shapes.py", SHAPES)

    assert build(["shapes"], tmp_path) == [("shapes", "shapes: Shapes and sizes.", SHAPES_DOCUMENT)]


def test_modules_are_parsed_and_never_imported(tmp_path: Path) -> None:
    write(tmp_path, "explosive.py", '"""Must not run."""\nraise RuntimeError("imported")\n')

    assert build(["explosive"], tmp_path) == [
        ("explosive", "explosive: Must not run.", "# explosive\n\nMust not run.\n"),
    ]
    assert "explosive" not in sys.modules


def test_skips_what_cannot_be_read(tmp_path: Path) -> None:
    write(tmp_path, "good.py", '"""Fine."""\n')
    write(tmp_path, "broken.py", '"""Lost."""\ndef (:\n')
    write(tmp_path, "silent.py", "x = 1\n")
    (tmp_path / "garbled.py").write_bytes(b'"""\xff\xfe not UTF-8."""\n')

    found = build(["broken", "garbled", "good", "missing", "silent"], tmp_path)

    assert [name for name, _, _ in found] == ["good"]


def test_declared_encodings_are_honoured(tmp_path: Path) -> None:
    (tmp_path / "latin.py").write_bytes('# -*- coding: latin-1 -*-\n"""Größe."""\n'.encode("latin-1"))

    assert build(["latin"], tmp_path)[0][2] == "# latin\n\nGröße.\n"


def test_whole_library_leaves_out_tests_and_thin_modules(tmp_path: Path) -> None:
    text = f'"""{"Worth reading. " * 10}"""\n'
    for name in (
        "alpha.py",
        "pack/__init__.py",
        "pack/inner.py",
        "pack/tests/__init__.py",
        "test/__init__.py",
        "site-packages/other.py",
        "loose/script.py",
    ):
        write(tmp_path, name, text)
    write(tmp_path, "thin.py", '"""Short."""\n')

    assert [name for name, _, _ in build(root=tmp_path)] == ["alpha", "pack", "pack.inner"]


def test_public_name_takes_the_text_of_its_implementation(tmp_path: Path) -> None:
    text = "Dates and times, worked out in plain Python for all the world to read."
    write(tmp_path, "datetime.py", "from _pydatetime import *\n")
    write(tmp_path, "_pydatetime.py", f'"""{text}"""\n')
    write(tmp_path, "decimal.py", f'"""{text}"""\n')

    found = build(root=tmp_path)

    assert [(name, body) for name, _, body in found] == [
        ("datetime", f"# datetime\n\n{text}\n"),
        ("decimal", f"# decimal\n\n{text}\n"),
    ]
    assert build(["datetime", "decimal"], tmp_path) == found


def test_long_titles_are_cut(tmp_path: Path) -> None:
    write(tmp_path, "wordy.py", f'"""{"word " * 60}"""\n')

    title = build(["wordy"], tmp_path)[0][1]

    assert title.startswith("wordy: word word")
    assert title.endswith("…")
    assert len(title) <= 100


@pytest.fixture(scope="module")
def modules() -> list[str]:
    config = YAML(typ="safe").load(CORPUS / "dataset.yaml")["python-stdlib"]
    assert config["questions"] == "questions.jsonl"
    names: list[str] = config["modules"]
    return names


@pytest.fixture(scope="module")
def documents(modules: list[str]) -> dict[str, str]:
    return {name: text for name, _, text in build(modules)}


@pytest.fixture(scope="module")
def questions() -> list[dict[str, Any]]:
    lines = (CORPUS / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def occurrences(quote: str, text: str) -> int:
    """Exact matches, or else matches with any white space for each run of it."""
    exact = text.count(quote)
    return exact or len(re.findall(r"\s+".join(map(re.escape, quote.split())), text))


def test_selection_has_the_announced_size(modules: list[str], documents: dict[str, str]) -> None:
    assert modules == sorted(set(modules))
    assert 60 <= len(documents) <= 90
    assert 250_000 <= sum(len(text.encode()) for text in documents.values()) <= 450_000


def test_every_question_is_well_formed(modules: list[str], questions: list[dict[str, Any]]) -> None:
    assert len(questions) >= 170
    assert len({question["id"] for question in questions}) == len(questions)
    assert len({question["text"] for question in questions}) == len(questions)
    for question in questions:
        (tag,) = question["tags"]
        assert tag in {"easy", "hard", "multi", "alternatives"}
        assert (len(question["evidence"]) > 1) == (tag in {"multi", "alternatives"})
        assert question.get("any", False) == (tag == "alternatives")
        for evidence in question["evidence"]:
            assert evidence["doc"] in modules
            assert 40 <= len(" ".join(evidence["quote"].split())) <= len(evidence["quote"]) <= 400


def test_questions_reach_most_modules(questions: list[dict[str, Any]]) -> None:
    assert len({evidence["doc"] for question in questions for evidence in question["evidence"]}) >= 50


def test_quotes_are_found_once_and_hardly_ever_missing(
    documents: dict[str, str], questions: list[dict[str, Any]]
) -> None:
    unresolved = set()
    for question in questions:
        for evidence in question["evidence"]:
            found = occurrences(evidence["quote"], documents.get(evidence["doc"], ""))
            assert found <= 1, f"{question['id']}: ambiguous quote {evidence['quote']!r}"
            if not found:
                unresolved.add(question["id"])

    assert len(questions) - len(unresolved) >= 150
    assert len(unresolved) <= 0.05 * len(questions), sorted(unresolved)
