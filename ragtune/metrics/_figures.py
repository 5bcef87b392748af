"""Figures, dates and names in a text, brought to one spelling, so that the same thing is found however it is written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from ragtune.metrics._answer_text import KEPT_TEXTS, plain, sentence_spans, words
from ragtune.metrics._stop_words import STOP_WORDS

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_UNITS = dict(
    zip(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ],
        range(20),
        strict=True,
    )
)
_TENS = dict(
    zip(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], range(20, 100, 10), strict=True)
)
_TIMES = {
    "hundred": 10**2, "thousand": 10**3, "million": 10**6, "mn": 10**6, "billion": 10**9, "bn": 10**9, "trillion": 10**12,
    "k": 10**3, "m": 10**6, "b": 10**9,
}  # fmt: skip
_LETTERS = "kmb"  # they count where they stand at the figure: `5m` is five million, `5 m` may be metres
_MONTH = {name[:n]: str(i) for i, name in enumerate(_MONTHS, 1) for n in (3, len(name))} | {"sept": "9"}
_WORDED = "|".join([*_TENS, *sorted(_UNITS, key=len, reverse=True)])
_ISO_DATE = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_MONTH_NAME = re.compile(rf"\b({'|'.join(sorted(_MONTH, key=len, reverse=True))})\b\.?", re.IGNORECASE)
_NUMBER = re.compile(
    r"(?<![\w.,])(?P<digits>\d{1,3}(?:[,'](?=\d{3}(?!\d))\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?)"
    r"(?:(?:st|nd|rd|th|s)\b)?"
    rf"(?:[\s-]?(?P<times>{'|'.join(word for word in _TIMES if word not in _LETTERS)})\b|(?P<letter>[{_LETTERS}])\b)?"
    r"(?P<percent>\s?(?:%|percent\b|per\scent\b))?",
    re.IGNORECASE,
)
_IN_WORDS = re.compile(
    rf"\b(?P<first>{_WORDED})(?:[\s-](?P<second>{'|'.join(list(_UNITS)[1:10])}))?\b"
    r"(?:\s(?P<times>hundred|thousand|million|billion|trillion)\b)?(?P<percent>\s?(?:%|percent\b|per\scent\b))?",
    re.IGNORECASE,
)
_NAME = re.compile(r"\b[^\W\d_]\w*(?:[.'-]\w+)*")


@dataclass(frozen=True)
class Facts:
    """What can be checked letter by letter: `numbers` (`5%` is 5 with a sign, `month:3` is March), `names` of words."""

    numbers: frozenset[str]
    names: frozenset[tuple[str, ...]]


@lru_cache(maxsize=KEPT_TEXTS)
def numbers(text: str) -> frozenset[str]:
    """All figures, those of dates among them; `5 %` gives `5` and `5%`, and `January` gives `month:1`."""
    found: set[str] = set()
    text = plain(text)
    for _, month, day in _ISO_DATE.findall(text):
        found |= {f"month:{int(month)}", str(int(day))}
    text = _ISO_DATE.sub(r"\1", text)
    for match in _MONTH_NAME.finditer(text):
        if match[1][0].isupper() and not _is_verb(match[1], text[match.end() :]):
            found.add(f"month:{_MONTH[match[1].lower()]}")
    for match in _NUMBER.finditer(text):
        found |= _spelled(_value(match["digits"]), match["times"] or match["letter"], match["percent"])
    for match in _IN_WORDS.finditer(text):
        value = _in_words(match["first"].lower(), (match["second"] or "").lower())
        if value > 1 or match["times"] or match["percent"]:  # `one` is a pronoun more often than a figure
            found |= _spelled(Decimal(value), match["times"], match["percent"])
    return frozenset(found)


@lru_cache(maxsize=KEPT_TEXTS)
def facts(text: str) -> Facts:
    """What an answer says that can be checked: a percentage is one thing, not two."""
    found = numbers(text)
    return Facts(found - {number.removesuffix("%") for number in found if number.endswith("%")}, _names(text))


def _names(text: str) -> frozenset[tuple[str, ...]]:
    """Runs of capitalised words. One that begins a sentence by itself is none, unless it has two capitals (`NASA`)."""
    found = set()
    text = plain(text)
    for start, end in sentence_spans(text):
        run: list[str] = []
        run_end, initial, first = -1, False, True
        for match in _NAME.finditer(text, start, end):
            capital = match[0][0].isupper()
            if run and not (capital and text[run_end : match.start()] in (" ", ". ")):
                found.add(_name(run, initial))
                run = []
            if capital:
                initial = first if not run else initial
                run.append(match[0])
                run_end = match.end()
            first = False
        found.add(_name(run, initial))
    return frozenset(found - {()})


def _name(run: list[str], initial: bool) -> tuple[str, ...]:
    """The words of a run that make up the name; none where it is the first word of a sentence, or a month."""
    names = [word for word in run if word.lower() not in STOP_WORDS and word.lower() not in _MONTH]
    alone = initial and len(run) == 1 and sum(map(str.isupper, run[0])) < 2
    return () if alone else tuple(word for name in names for word in words(name))


def _is_verb(month: str, rest: str) -> bool:
    """`May I`, `March on`: a month is followed by a figure, a comma, or the end, or is no such word."""
    return month.lower() in ("may", "march", "mar") and not re.match(r"\s*(?:\d|,|\.|;|\)|$)", rest)


def _value(digits: str) -> Decimal:
    grouped = re.fullmatch(r"\d{1,3}(?:[,']\d{3})+(?:\.\d+)?", digits)
    try:
        return Decimal(re.sub(r"[,']", "" if grouped else ".", digits))
    except InvalidOperation:
        return Decimal(0)


def _in_words(first: str, second: str) -> int:
    if first in _TENS:
        return _TENS[first] + _UNITS.get(second, 0)
    return _UNITS[first]


def _spelled(value: Decimal, times: str | None, percent: str | None) -> set[str]:
    value *= _TIMES[times.lower()] if times else 1
    plain_value = f"{value.normalize():f}"
    return {plain_value, f"{plain_value}%"} if percent else {plain_value}
