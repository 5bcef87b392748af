"""Whether a value is one that JSON can hold, within bounds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import isfinite
from typing import Any

from ragtune.tools._keywords import Path
from ragtune.tools._limits import MAX_DIGITS, MAX_SCHEMA_CHARACTERS, MAX_SCHEMA_DEPTH, MAX_SCHEMA_VALUES

MAX_BITS = int(MAX_DIGITS * 3.33)
_HALF = re.compile("[\ud800-\udfff]")


class BoundsError(Exception):
    """A bound was passed: the path, and what it says."""

    def __init__(self, path: Path, what: str) -> None:
        self.path = path
        self.what = what
        super().__init__(what)


def wrong_json(value: Any) -> Iterator[tuple[Path, str]]:
    """Path and reason of everything that JSON cannot hold; BoundsError as soon as a bound is passed."""
    left: list[tuple[Path, Any]] = [((), value)]
    values = characters = 0
    while left:
        path, item = left.pop()
        values += 1
        if values > MAX_SCHEMA_VALUES:
            raise BoundsError((), f"has more than {MAX_SCHEMA_VALUES:,} values")
        if len(path) > MAX_SCHEMA_DEPTH:
            raise BoundsError(path[:8], f"is nested more than {MAX_SCHEMA_DEPTH} deep")
        if isinstance(item, dict):
            keys = [key for key in item if isinstance(key, str)]
            characters += sum(map(len, keys))
            if len(keys) < len(item):
                yield path, "has a key that is no text"
            if any(_HALF.search(key) for key in keys):
                yield path, "has half a character in a key (a lone surrogate)"
            left.extend(((*path, key), item[key]) for key in keys)
        elif isinstance(item, list):
            left.extend(((*path, i), inner) for i, inner in enumerate(item[: MAX_SCHEMA_VALUES + 1]))
        elif isinstance(item, str):
            characters += len(item)
            if not item.isascii() and _HALF.search(item):
                yield path, "has half a character in it (a lone surrogate)"
        elif isinstance(item, float) and not isfinite(item):
            yield path, "is no number that JSON knows"
        elif isinstance(item, int) and item.bit_length() > MAX_BITS:
            yield path, f"is a number of more than {MAX_DIGITS} digits"
        elif item is not None and not isinstance(item, bool | int | float):
            yield path, f"is a {type(item).__name__}, which JSON cannot hold"
        if characters > MAX_SCHEMA_CHARACTERS:
            raise BoundsError((), f"has more than {MAX_SCHEMA_CHARACTERS:,} characters")
