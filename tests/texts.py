"""Texts that break things, for tests of anything that points into text."""

from __future__ import annotations

from ragtune.types import Corpus, Document

AWKWARD = {
    "empty": "",
    "one": "x",
    "blank": " \n\t ",
    "prose": "Cats sleep. Dogs bark! Do birds sing? They do, at dawn; nobody knows why. " * 8,
    "repeated": "The same sentence again. " * 100,
    "astral": "𝒜 fine 🐈‍⬛ sat. Ünïcödé e\u0301 follows — naïve. 漢字かな交じり文。次の文。" * 12,
    "crlf": "One line.\r\nTwo lines.\r\n\r\nA paragraph.\r\n" * 20,
    "unbroken": "a" * 3000,
    "points": "... , ;; !? " * 60,
}


def corpus(*texts: str) -> Corpus:
    """Documents d0, d1, … of the given texts."""
    return Corpus(tuple(Document(f"d{i}", text) for i, text in enumerate(texts)))
