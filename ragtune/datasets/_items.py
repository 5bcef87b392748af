"""The elements of an array in a JSON file, each with the line it begins in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from json import JSONDecodeError, JSONDecoder
from pathlib import Path
from typing import Any, NamedTuple

from ragtune.datasets._reading import (
    SURROGATE_ESCAPE,
    Faults,
    Place,
    json_type,
    read_text,
    refuse_constant,
    without_duplicates,
)

_SPACE = re.compile(r"[ \t\r\n]*")


class Item(NamedTuple):
    """An object, where it stands, and the key of the array that holds it (empty for a file that is an array)."""

    key: str
    place: Place
    values: dict[str, Any]


def read_items(path: Path, faults: Faults, keys: Sequence[str]) -> Iterator[Item]:
    """The objects of a JSON file that is an array, or is an object with arrays of them under some of the keys.

    Everything else in the file is passed over; so is nothing that is no JSON, which becomes a fault and ends the file.
    """
    text = read_text(path, faults)
    if text is None:
        return
    walk = _Walk(text, str(path))
    found = False
    try:
        for item in walk.items(keys):
            found = True
            if isinstance(item.values, dict):
                yield item
            else:
                faults.add(item.place, f"each element must be a JSON object, not {json_type(item.values)}")
    except JSONDecodeError as error:
        faults.add(Place(str(path), error.lineno), f"not JSON: {error.msg}", error.colno)
    except UnicodeEncodeError as error:
        faults.add(
            walk.place(), f"\\u{ord(error.object[error.start]):04x} is half of a surrogate pair and no character"
        )
    except RecursionError:
        faults.add(walk.place(), "not readable: nested too deep")
    except ValueError as error:
        faults.add(walk.place(), f"not JSON: {error}")
    else:
        if not found and not walk.met:
            told = " or ".join(f"'{key}'" for key in keys)
            faults.add(Place(str(path), 1), f"there must be a list of objects under {told}, or the file must be one")


class _Walk:
    """One pass over a text of JSON, with a place in it."""

    def __init__(self, text: str, file: str) -> None:
        self.met = False
        """Whether an array was met that was wanted."""
        self._text, self._file, self._at = text, file, 0
        self._line, self._counted = 1, 0
        self._decoder = JSONDecoder(object_pairs_hook=without_duplicates, parse_constant=refuse_constant)
        self._escapes = SURROGATE_ESCAPE.search(text) is not None

    def place(self) -> Place:
        """The line of what comes next."""
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        return Place(self._file, self._line)

    def items(self, keys: Sequence[str]) -> Iterator[Item]:
        """All elements of the arrays that are wanted; what is no dict among them is the caller's to refuse."""
        if self._next() == "[":
            yield from self._array("")
        elif self._next() == "{":
            yield from self._object(keys)
        else:
            self._value()
        if self._next():
            raise JSONDecodeError("Extra data", self._text, self._at)

    def _object(self, keys: Sequence[str]) -> Iterator[Item]:
        seen: list[tuple[str, Any]] = []
        self._at += 1
        while self._next() != "}":
            if seen:
                self._take(",")
            key = self._value()
            if not isinstance(key, str):
                raise JSONDecodeError("Expecting property name enclosed in double quotes", self._text, self._at)
            seen.append((key, None))
            self._take(":")
            if self._next() == "[" and key in keys:
                yield from self._array(key)
            else:
                self._value()
        without_duplicates(seen)
        self._at += 1

    def _array(self, key: str) -> Iterator[Item]:
        self.met = True
        self._at += 1
        first = True
        while self._next() != "]":
            if not first:
                self._take(",")
            first = False
            self._next()
            place = self.place()
            yield Item(key, place, self._value())
        self._at += 1

    def _value(self) -> Any:
        self._next()
        value, end = self._decoder.raw_decode(self._text, self._at)
        if self._escapes:
            json.dumps(value, ensure_ascii=False).encode()
        self._at = end
        return value

    def _next(self) -> str:
        """The character that comes next, after white space; empty at the end."""
        match = _SPACE.match(self._text, self._at)
        self._at = match.end() if match else self._at
        return self._text[self._at : self._at + 1]

    def _take(self, mark: str) -> None:
        if self._next() != mark:
            raise JSONDecodeError(f"Expecting '{mark}' delimiter", self._text, self._at)
        self._at += 1
