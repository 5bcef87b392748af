"""Texts as the measures of answers read them: words, sentences, and what is worked out once for a passage.

A word is a run of letters and digits after Unicode's NFKC form and lower case; `1,000`, `3.14` and `don't` are one word
each, the comma of `1,000` and a possessive `'s` are dropped, and a Chinese or Japanese character is a word by itself.
Marks of citations such as `[3]` are no words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache, cached_property, lru_cache
from itertools import pairwise

from ragtune.metrics._stop_words import STOP_WORDS

_ALONE = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_WORD = re.compile(rf"[{_ALONE}]|\d+(?:[.,]\d+)*[^\W_{_ALONE}]*|[^\W_{_ALONE}]+(?:'[^\W_{_ALONE}]+)*")
_THIN_SPACE = re.compile(r"(?<=\d)[\u00a0\u2009\u202f](?=\d{3}(?!\d))")
_CITATION = re.compile(r"\[\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*\]")
_APOSTROPHES = str.maketrans("’‘ʼ", "'''")
_END = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+(?=[A-Z0-9\"“‘(\[*-]|[^\x00-\x7f])|(?<=[。！？])|\n+")
_NO_END = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|cf|al|Dr|Mr|Mrs|Ms|Prof|St|Jr|Sr|No|Fig|Inc|Ltd|Co|U\.S|U\.K)|\b[A-Z])\.$"
)
KEPT_TEXTS = 8192
"""Passages come again and again in a sweep; what is worked out for one is kept for so many."""


def plain(text: str) -> str:
    """The text in Unicode's NFKC form, with straight apostrophes and without marks of citations."""
    grouped = _THIN_SPACE.sub(",", text)  # before they become spaces like any other
    return _CITATION.sub(" ", unicodedata.normalize("NFKC", grouped).translate(_APOSTROPHES))


def words(text: str) -> list[str]:
    """The words, in order."""
    return [_word(word) for word in _WORD.findall(plain(text).lower())]


def content(of: Sequence[str]) -> list[str]:
    """Those that are no stop words; all of them where there are no others."""
    return [word for word in of if word not in STOP_WORDS] or list(of)


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Where the sentences and lines of a text begin and end, those without a letter or digit left out."""
    cuts = [0]
    for match in _END.finditer(text):
        if "\n" in match[0] or not _NO_END.search(text, cuts[-1], match.start()):
            cuts.append(match.end())
    cuts.append(len(text))
    return [(start, end) for start, end in pairwise(cuts) if any(map(str.isalnum, text[start:end]))]


def sentences(text: str) -> list[str]:
    """The sentences and lines of a text, blanks around them dropped."""
    return [text[start:end].strip() for start, end in sentence_spans(text)]


def stem(word: str) -> str:
    """Snowball's English stem."""
    return _stemmer()(word)


class Passage:
    """One text that answers may rest on, or an answer; what the measures need of it, worked out when first asked for."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def words(self) -> list[str]:
        """All words."""
        return words(self.text)

    @cached_property
    def content(self) -> list[str]:
        """Words that are no stop words (all, where there are no others)."""
        return content(self.words)

    @cached_property
    def stems(self) -> frozenset[str]:
        """The stems of its content, each once."""
        return frozenset(map(stem, self.content))

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The words, each once."""
        return frozenset(self.words)

    @cached_property
    def bigrams(self) -> frozenset[tuple[str, str]]:
        """Pairs of words that follow each other, each once."""
        return frozenset(pairwise(self.words))

    @cached_property
    def places(self) -> dict[str, list[int]]:
        """Word -> where it stands, counted in words."""
        found: dict[str, list[int]] = {}
        for i, word in enumerate(self.words):
            found.setdefault(word, []).append(i)
        return found


@lru_cache(maxsize=KEPT_TEXTS)
def passage(text: str) -> Passage:
    """The passage of a text; equal texts share one."""
    return Passage(text)


def _word(word: str) -> str:
    if word[0].isdigit():
        return word.replace(",", "")
    return word.removesuffix("'s") if word not in STOP_WORDS else word


@cache
def _stemmer() -> Callable[[str], str]:
    import Stemmer

    found: Callable[[str], str] = lru_cache(maxsize=200_000)(Stemmer.Stemmer("english").stemWord)
    return found
