"""Words, sentences and passages of a text, by place: what simulated questions and their evidence are cut from."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache

from ragtune.types import Span

_WORD = re.compile(r"\w+")
_END = re.compile(r"""[.!?…]+["'”’)\]]*(?=\s)|[。！？]+[」』”]?|(?=\r?\n[ \t]*\r?\n)""")
_ABBREVIATIONS = """
al approx cf ch dr e.g eds eq eqs etc fig figs i.e inc jr lt ltd mr mrs ms nos pp prof ref refs sr tab u.s vol vs
"""
_STOP_WORDS = """
a about above after again against all also am an and any are as at be because been before being below between both but
by can cannot could did do does doing down during each few for from further had has have having he her here hers
herself him himself his how i if in into is it its itself just may me might more most must my myself no nor not now of
off on once only or other our ours ourselves out over own s same shall she should so some such t than that the their
theirs them themselves then there these they this those through to too under until up upon us very was we were what
when where whether which while who whom whose why will with within without would you your yours yourself yourselves
"""


@cache
def _abbreviations() -> frozenset[str]:
    return frozenset(_ABBREVIATIONS.split())


@cache
def stop_words() -> frozenset[str]:
    """English words that say nothing of what a text is about."""
    return frozenset(_STOP_WORDS.split())


def terms(text: str) -> list[str]:
    """The words that say what a text is about, in order: lower case, two characters or more, with a letter in them."""
    known = stop_words()
    found = (word.lower() for word in _WORD.findall(text))
    return [word for word in found if len(word) > 1 and word not in known and not word.isdigit()]


def normal(text: str) -> str:
    """A text's words, so that two texts that differ in case, points and white space alone are equal."""
    return " ".join(_WORD.findall(text.lower()))


def sentences(text: str) -> list[Span]:
    """The sentences of a text, without the white space around them; a blank line ends one too.

    A full stop after a common English abbreviation or a single letter ends none.
    """
    found = []
    start = 0
    for match in _END.finditer(text):
        if match.end() <= start or _is_abbreviation(text, match, start):
            continue
        found.append(stripped(text, start, match.end()))
        start = match.end()
    found.append(stripped(text, start, len(text)))
    return [span for span in found if span.start < span.end]


def pieces(text: str, most: int) -> list[Span]:
    """The sentences of a text, those of more than `most` characters cut, at white space where there is any."""
    found = []
    for span in sentences(text):
        start = span.start
        while span.end - start > most:
            cut = max(text.rfind(" ", start + 1, start + most), text.rfind("\n", start + 1, start + most))
            end = cut if cut > 0 else start + most
            found.append(stripped(text, start, end))
            start = stripped(text, end, span.end).start
        found.append(stripped(text, start, span.end))
    return [span for span in found if span.start < span.end]


def stripped(text: str, start: int, end: int) -> Span:
    """The span without white space at its ends; empty, at its end, if there is nothing else in it."""
    inner = text[start:end]
    start += len(inner) - len(inner.lstrip())
    return Span(start, max(start, start + len(inner.strip())))


def around(parts: Sequence[Span], i: int, before: float, after: float) -> Span:
    """Part `i` with as many whole neighbours as fit into so many characters on each side of it."""
    first = last = i
    while first > 0 and parts[i].start - parts[first - 1].start <= before:
        first -= 1
    while last + 1 < len(parts) and parts[last + 1].end - parts[i].end <= after:
        last += 1
    return Span(parts[first].start, parts[last].end)


def passage(parts: Sequence[Span], i: int, size: int) -> Span:
    """Whole parts of about `size` characters from part `i` on, and from further up where the text ends too early."""
    ends = [part.end for part in parts]
    last = max(i, bisect_right(ends, parts[i].start + size) - 1)
    while i > 0 and parts[last].end - parts[i - 1].start <= size and last == len(parts) - 1:
        i -= 1
    return Span(parts[i].start, parts[last].end)


def _is_abbreviation(text: str, match: re.Match[str], start: int) -> bool:
    if match[0] != ".":
        return False
    words = text[max(start, match.start() - 12) : match.start()].split()
    word = words[-1].lower().lstrip("([\"'“") if words and not text[match.start() - 1].isspace() else ""
    return word in _abbreviations() or (len(word) == 1 and word.isalpha())
