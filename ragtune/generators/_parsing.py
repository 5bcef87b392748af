"""What a chat model said, read: thoughts off, JSON or text, citations, refusals. What cannot be read is a failure."""

from __future__ import annotations

import json
import re
from typing import Any

from ragtune.answers import Answer, Citation, Prompt
from ragtune.endpoint import without_thoughts
from ragtune.generators._refusals import refuses

_FENCE = re.compile(r"^```[\w-]*\s*\n(.*?)\n?```\s*$", re.DOTALL)
_MARK = re.compile(r"^[ \t*_#]*Answer[ \t*_]*:[ \t*_]*", re.MULTILINE | re.IGNORECASE)
_CITATION = re.compile(r"\s?\[(\d{1,3}(?:\s*[,;]\s*\d{1,3})*)\]")
_END = re.compile(r"(?<=[.!?\u2026])[\"')\]\u201d]*\s+|\n+")


def read_answer(said: str, prompt: Prompt) -> Answer:
    """The answer in a completion.

    Raises:
        ValueError: it is not of the form that was asked for, and why.
    """
    text = without_thoughts(said).strip()
    if prompt.output == "json":
        return _from_json(_object(text), prompt)
    if prompt.reasoning:
        marks = list(_MARK.finditer(text))
        if not marks:
            raise ValueError("no line begins with 'Answer:'")
        text = text[marks[-1].end() :].strip()
    if not text:
        raise ValueError("there is no answer after the thoughts")
    refused = refuses(text, prompt.frame.refusal)
    plain, citations = without_citations(text, prompt.frame.rows)
    return Answer(plain, citations if prompt.frame.cites and not refused else (), refused)


def without_citations(text: str, rows: tuple[int, ...]) -> tuple[str, tuple[Citation, ...]]:
    """The text without its marks, and what they refer to; a number that no passage has refers to nothing.

    A mark is for the statement it follows: from the end of the sentence before to where it stands. Marks in a row, or
    after the full stop, are for the same statement.
    """
    kept: list[str] = []
    cited: list[Citation] = []
    length = at = 0
    for mark in _CITATION.finditer(text):
        part = text[at : mark.start()]
        kept.append(part)
        length += len(part)
        at = mark.end()
        start, end = _statement("".join(kept))
        numbers = [int(number) for number in re.findall(r"\d+", mark[1])]
        cited += [Citation(start, end, rows[n - 1]) for n in numbers if 1 <= n <= len(rows)]
    kept.append(text[at:])
    whole = "".join(kept)
    return whole.strip(), tuple(dict.fromkeys(cited))


def _statement(before: str) -> tuple[int, int]:
    """The last sentence of a text."""
    end = len(before.rstrip())
    cuts = [match.end() for match in _END.finditer(before, 0, max(0, end - 1))]
    return (cuts[-1] if cuts else len(before) - len(before.lstrip())), end


def _object(text: str) -> dict[str, Any]:
    fenced = _FENCE.match(text)
    try:
        value = json.loads(fenced[1] if fenced else text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"it is no JSON object ({error})") from None
    if not isinstance(value, dict):
        raise ValueError("it is no JSON object")
    return value


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is no JSON")


def _from_json(value: dict[str, Any], prompt: Prompt) -> Answer:
    text, refused, numbers = value.get("answer"), value.get("refused", False), value.get("citations", [])
    if not isinstance(text, str):
        raise ValueError("`answer` is no text")
    if not isinstance(refused, bool):
        raise ValueError("`refused` is neither true nor false")
    whole = isinstance(numbers, list) and all(isinstance(n, int) and not isinstance(n, bool) for n in numbers)
    if not whole:
        raise ValueError("`citations` is no list of whole numbers")
    if not text.strip() and not refused:
        raise ValueError("`answer` is empty")
    refused = refused or refuses(text, prompt.frame.refusal)
    plain, marked = without_citations(text.strip(), prompt.frame.rows)
    rows = prompt.frame.rows
    listed = [Citation(0, len(plain), rows[n - 1]) for n in dict.fromkeys(numbers) if 1 <= n <= len(rows)]
    cited = marked or tuple(listed)
    return Answer(plain, cited if prompt.frame.cites and not refused else (), refused)
