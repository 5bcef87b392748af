"""Answers that say there is none."""

from __future__ import annotations

import re

_SENTENCES = (
    r"(?:i|we) (?:do not|don't|cannot|can't|could not|couldn't) (?:know|answer|find|tell|say|determine)\b.*",
    r"(?:i am|i'm|we are) (?:not sure|sorry|unable|not able)\b.*",
    r"sorry\b.*",
    r"(?:there is|there's) (?:no|not enough|insufficient) (?:information|answer|evidence|mention|context)\b.*",
    r"(?:the|these|this) (?:passages?|context|documents?|texts?|information|sources?)(?: provided| given)?"
    r" (?:do|does|did) (?:not|n't) \w+.*",
    r"(?:the|these|this) (?:passages?|context|documents?|texts?|information|sources?)(?: provided| given)?"
    r" (?:doesn't|don't|didn't) \w+.*",
    r"(?:not|no) (?:enough|sufficient) (?:information|context|evidence)\b.*",
    r"(?:no answer|unanswerable|unknown|n/a|not (?:mentioned|specified|stated|answerable|found))(?: .*)?",
)
_REFUSAL = re.compile("|".join(f"(?:{sentence})" for sentence in _SENTENCES), re.IGNORECASE)
MOST_CHARACTERS = 240
"""A longer text answers something, whatever it begins with."""


def refuses(text: str, refusal: str = "") -> bool:
    """Whether a text, as a whole, says that there is no answer: in the words asked for, or in usual English ones.

    A text of several sentences refuses only where its first does and it is short: "I do not know the year, but it was in
    spring" answers in part, and so counts as an answer.
    """
    said = _plain(text)
    if refusal and said.startswith(_plain(refusal)) and len(said) <= len(_plain(refusal)) + MOST_CHARACTERS:
        return True
    return len(said) <= MOST_CHARACTERS and " but " not in said and _REFUSAL.fullmatch(said) is not None


def _plain(text: str) -> str:
    return " ".join(text.replace("\u2019", "'").lower().split()).rstrip(".! ")
