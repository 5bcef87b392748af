"""Comments that say which findings are meant to be: `# ragtune: ignore RT101, RT203`, or all without codes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

Marks = Mapping[int, frozenset[str]]
"""Line -> codes or words in capitals; an empty set stands for every rule."""

_MARK = re.compile(
    r"(?:^|(?<=\s))#\s*ragtune:\s*ignore\b(?:[\s:]+([A-Za-z0-9][A-Za-z0-9-]*(?:[\s,]+[A-Za-z0-9][A-Za-z0-9-]*)*))?"
)


def marks(text: str) -> Marks:
    """The comments of a YAML text; one that is alone on its line speaks of the next line that says something.

    Only real comments count: a description that has these words in it suppresses nothing.
    """
    if "ragtune:" not in text:
        return {}
    lines = text.splitlines()
    found = {i: match for i, line in enumerate(lines) if (match := _MARK.search(line))}
    inside = set(_inside_scalars(text, {i: match.start() for i, match in found.items()}))
    spoken = {}
    for i, match in found.items():
        if i not in inside:
            codes = frozenset(code.upper() for code in re.split(r"[\s,]+", match[1] or "") if code)
            spoken[_of(lines, i) + 1] = codes
    return spoken


def _of(lines: list[str], i: int) -> int:
    """The line that a comment speaks of, counted from 0."""
    while i < len(lines) - 1 and (not lines[i].strip() or lines[i].lstrip().startswith("#")):
        i += 1
    return i


def _inside_scalars(text: str, at: dict[int, int]) -> Iterator[int]:
    """Lines whose mark lies within a text; block texts take all up to what comes after them."""
    import yaml  # type: ignore[import-untyped]

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for event in yaml.parse(text, Loader=loader):
        if type(event).__name__ == "ScalarEvent":
            start = (event.start_mark.line, event.start_mark.column)
            end = (event.end_mark.line, event.end_mark.column)
            yield from (line for line, column in at.items() if start <= (line, column) < end)
