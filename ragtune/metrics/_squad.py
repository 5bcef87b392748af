"""Answers as SQuAD compares them: lower case, without punctuation and articles, blanks collapsed."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Callable

from ragtune.metrics._answers import JudgedAnswer

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


def normal(text: str) -> str:
    """SQuAD 1.1's normalisation, punctuation of ASCII alone."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def f1(said: str, wanted: str) -> float:
    """Of the words that both have, each as often as both have it; of two empty texts 1, of one 0."""
    have, want = normal(said).split(), normal(wanted).split()
    if not have or not want:
        return float(have == want)
    shared = sum((Counter(have) & Counter(want)).values())
    return 2 * shared / (len(have) + len(want))


def best(each: JudgedAnswer, measure: Callable[[str, str], float]) -> float:
    """Over the reference answers; nan where the dataset has none, 0 where there is none to be found."""
    if not each.reference.answerable:
        return 0.0
    return max((measure(each.answer.text, wanted) for wanted in each.reference.answers), default=float("nan"))
