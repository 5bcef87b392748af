"""Pieces of prose: joined, counted by their words, cut after a sentence."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

_WORD = re.compile(r"\w+")
_END = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’)\]]*+(?=\s|$)|[。！？]++[」』”’）]*+")
_NEVER = re.compile(r"e\.g|i\.e|eg|ie|cf|vs|approx|incl|resp|fig|no|dr|mr|mrs|ms|prof|st|viz", re.IGNORECASE)
_BREAK = re.compile(r"\n[ \t]*\n|\n[ \t]*(?=[-*•#>`|]|\d+[.)]\s)|\n[ \t]*(?=[^\W\d_][\w ]{0,30}:(?:\s|$))")
_HEADING = re.compile(r"\s*+(?:#{1,6}[ \t]++[^\n]*|[^\W\d_]{1,30}:[ \t]*+)(?:\n++|$)")


def paragraphs(*parts: str) -> str:
    """The parts that are not blank, a blank line between them."""
    return "\n\n".join(part for part in parts if part.strip())


def lines(*parts: str) -> str:
    """The parts that are not blank, a line each."""
    return "\n".join(part for part in parts if part.strip())


def listed(values: Sequence[Any], at_most: int) -> str:
    """`a, b, 3, null`: values as they are written in JSON, texts bare; those past `at_most` are counted."""
    shown = ", ".join(written(value) for value in values[:at_most])
    return shown if len(values) <= at_most else f"{shown}, … ({len(values)} in all)"


def written(value: Any) -> str:
    """A JSON value in a text; a text itself without quotes, where there is something to be seen of it."""
    return value if isinstance(value, str) and value.strip() else json.dumps(value, ensure_ascii=False)


def word_set(text: str) -> frozenset[str]:
    """The different words of a text, whatever their case."""
    return frozenset(word.casefold() for word in _WORD.findall(text))


def overlap(a: frozenset[str], b: frozenset[str]) -> float:
    """Shared words over all words (Jaccard); two texts without words share nothing."""
    return len(a & b) / len(a | b) if a or b else 0.0


def unique(texts: Iterable[str]) -> list[str]:
    """Texts that differ by more than case and white space, the first of each."""
    found: dict[str, str] = {}
    for text in texts:
        found.setdefault(" ".join(text.casefold().split()), text)
    return list(found.values())


def first_sentence(text: str) -> str:
    """The first sentence on one line; headings and labels (`Returns:`) before it are passed over.

    A full stop ends a sentence before white space and no lower-case letter, and not after an abbreviation (e.g., i.e.,
    vs.), an initial or the number of a list. A blank line, a list and `Args:` on a line of its own end one too.
    """
    text = text.strip()
    start = 0
    while (heading := _HEADING.match(text, start)) and heading.end() < len(text):
        start = heading.end()
    stop = _BREAK.search(text, len(text) - len(text[start:].lstrip()))
    block = " ".join(text[start : stop.start() if stop else None].lstrip("#-*•> ").split())
    for match in _END.finditer(block):
        if _ends(block, match):
            return block[: match.end()]
    return block


def _ends(text: str, match: re.Match[str]) -> bool:
    after = text[match.end() :].lstrip()
    if match[0][0] in "。！？" or not after:
        return True
    if after[0].islower():
        return False
    if match[0][0] != "." or match[0].startswith(".."):
        return True
    word = re.split(r"[\s(\[\"'“‘]", text[: match.start()])[-1]
    initial = len(word) == 1 and word.isalpha() and word.isupper()
    number = word.isdigit() and match.start() == len(word)
    dotted = re.fullmatch(r"[^\W\d_](?:\.[^\W\d_])+", word) is not None and word.lower() not in ("a.m", "p.m")
    return not (initial or number or dotted or _NEVER.fullmatch(word))
