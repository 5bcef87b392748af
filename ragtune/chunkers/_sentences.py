"""Sentences: where they begin, by NLTK's Punkt as LlamaIndex uses it, in linear time."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nltk.tokenize import PunktSentenceTokenizer  # type: ignore[import-untyped]

_STRETCH = 1 << 16
_PLAIN_WORD = re.compile(r"(?<=[ \t\r\n\f\v])\w+[ \t\r\n\f\v]+(?=\S)")


def sentence_starts(text: str) -> list[int]:
    """Where each sentence begins, rising from 0; a sentence reaches to where the next begins. None in a blank text.

    Punkt judges by a word and the token after it, so a long text may be cut between two plain words, and what it says
    of the parts is what it says of the whole. The parts matter: NLTK gives each search five seconds on the clock and
    then fails. A text without two plain words side by side for 65,536 characters is cut there, as if a sentence began.
    """
    if not text or text.isspace():
        return []
    starts = [0]
    at = 0
    while at < len(text):
        end, plain = _stretch(text, at)
        found = [at + start for start, _ in _punkt().span_tokenize(text[at:end])]
        starts.extend(found[1:])
        if not plain and end < len(text):
            starts.append(end)
        at = end
    return starts


def sentence_bounds(text: str, start: int, end: int) -> list[int]:
    """The places that part a stretch of text into its sentences, `start` and `end` among them."""
    return [start, *(start + at for at in sentence_starts(text[start:end])[1:]), end]


def _stretch(text: str, at: int) -> tuple[int, bool]:
    """Where the stretch that begins at a place may end, and whether what follows continues its last sentence."""
    if len(text) - at <= 2 * _STRETCH:
        return len(text), True
    word = _PLAIN_WORD.search(text, at + _STRETCH, at + 2 * _STRETCH)
    return (word.end(), True) if word else (at + 2 * _STRETCH, False)


@lru_cache(maxsize=1)
def _punkt() -> PunktSentenceTokenizer:
    from nltk.tokenize import PunktSentenceTokenizer

    return PunktSentenceTokenizer()
