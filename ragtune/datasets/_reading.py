"""Reading files that may be wrong: each fault is kept with its place, and nothing is guessed or repaired.

Text is UTF-8 and stays as it is in the file: newlines are not translated and Unicode is not normalised, so an offset
counts the code points of the decoded file. A byte order mark is a sign of the encoding and no part of the text.

Sizes are bounded, so that a file that is no text ends in a fault and not in a full memory: `MAX_TEXT_BYTES` for a file
that is one text, `MAX_LINE_BYTES` for a line of a file that is read line by line, `MAX_FILE_BYTES` for any.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from ragtune.errors import DatasetError, Fault

MAX_FILE_BYTES = 2 * 1024**3
MAX_TEXT_BYTES = 64 * 1024**2
MAX_LINE_BYTES = 64 * 1024**2
MAX_NULS = 64
MAX_FAULTS = 10_000
MAX_MESSAGE = 1_000
_BOM = "\ufeff"
SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


class Place(NamedTuple):
    """A file and a line of it; line 0 means the file as a whole."""

    file: str
    line: int = 0


class Faults:
    """Collects faults, so that all of them are told at once."""

    def __init__(self) -> None:
        self._found: list[Fault] = []

    def __bool__(self) -> bool:
        return bool(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def add(self, place: Place, message: str, column: int = 0) -> None:
        """Keep a fault; where a file is wrong throughout, stop after `MAX_FAULTS` of them."""
        if len(message) > MAX_MESSAGE:  # what it quotes may be as long as a file
            message = message[:MAX_MESSAGE] + "…"
        self._found.append(Fault(place.file, place.line, column, message))
        if len(self._found) >= MAX_FAULTS:
            self._found.append(Fault(place.file, 0, 0, f"reading stopped after {MAX_FAULTS} faults"))
            self.check()

    def check(self) -> None:
        """Raise DatasetError with all that was found, if anything was."""
        if self._found:
            raise DatasetError(self._found)


def read_text(path: Path, faults: Faults) -> str | None:
    """The text of a file; None after a fault."""
    limit = min(MAX_TEXT_BYTES, MAX_FILE_BYTES)
    stream = open_file(path, faults, limit)
    if stream is None:
        return None
    place = Place(str(path))
    with stream:
        raw = stream.read(limit + 1)
    if len(raw) > limit:
        faults.add(place, too_large(limit))  # it grew, or a device lied about its size
        return None
    if (nuls := raw.count(0)) >= MAX_NULS:
        faults.add(place, f"no text: {nuls:,} bytes are NUL, the first at offset {raw.index(0)}; save it as UTF-8")
        return None
    text = _decode(raw, place, 0, faults)
    return None if text is None else text.removeprefix(_BOM)


def read_lines(path: Path, faults: Faults) -> Iterator[tuple[Place, str]]:
    """The lines of a file that are not blank, one at a time; lines that are no UTF-8 become faults."""
    stream = open_file(path, faults, MAX_FILE_BYTES)
    if stream is None:
        return
    with stream:
        offset = 0
        for number in count(1):
            raw = stream.readline(MAX_LINE_BYTES + 1)
            if not raw:
                return
            place = Place(str(path), number)
            if len(raw) > MAX_LINE_BYTES:
                faults.add(place, f"the line is longer than {MAX_LINE_BYTES:,} bytes; nothing from here on was read")
                return
            text = _decode(raw, place, offset, faults)
            offset += len(raw)
            if text is not None and text.strip(" \t\r\n" + _BOM):
                yield place, text.removeprefix(_BOM) if number == 1 else text


def read_objects(path: Path, faults: Faults) -> Iterator[tuple[Place, dict[str, Any]]]:
    """The objects of a file of JSON lines; anything else in it becomes a fault."""
    for place, line in read_lines(path, faults):
        try:
            value = json.loads(line, object_pairs_hook=without_duplicates, parse_constant=refuse_constant)
            if SURROGATE_ESCAPE.search(line):
                json.dumps(value, ensure_ascii=False).encode()
        except json.JSONDecodeError as error:
            faults.add(place, f"not JSON: {error.msg}", error.colno)
        except UnicodeEncodeError as error:
            faults.add(place, f"\\u{ord(error.object[error.start]):04x} is half of a surrogate pair and no character")
        except RecursionError:
            faults.add(place, "not readable: nested too deep")
        except ValueError as error:
            faults.add(place, f"not JSON: {error}")
        else:
            if isinstance(value, dict):
                yield place, value
            else:
                faults.add(place, f"each line must be a JSON object, not {json_type(value)}")


def find_files(
    root: Path, faults: Faults, suffixes: Sequence[str] = (), passed_over: list[str] | None = None
) -> Iterator[tuple[str, Path]]:
    """Files below a folder by sorted POSIX path relative to it, hidden ones left out; suffixes are in lower case.

    A symbolic link is followed to a file below the same folder only; one that leads out of it is a fault. Files with
    other suffixes are added to `passed_over` by their relative paths, unsorted.
    """
    home = root.resolve()
    if not home.is_dir():
        faults.add(Place(str(root)), "there is no such folder")
    found = []
    for folder, subfolders, names in os.walk(root, onerror=lambda error: _unreadable(error, faults)):
        subfolders[:] = [name for name in subfolders if not name.startswith(".")]
        links = [name for name in subfolders if Path(folder, name).is_symlink()]
        visible = [name for name in names if not name.startswith(".")]
        wanted = [name for name in visible if not suffixes or name.lower().endswith(tuple(suffixes))]
        if passed_over is not None:
            others = set(visible).difference(wanted)
            passed_over += (Path(folder, name).relative_to(root).as_posix() for name in others)
        for path in (Path(folder, name) for name in links + wanted):
            if path.is_symlink() and not path.resolve().is_relative_to(home):
                faults.add(Place(str(path)), f"the symbolic link leads out of {root}; it was not followed")
            elif not path.is_dir():
                found.append((path.relative_to(root).as_posix(), path))
    yield from sorted(found)


def too_large(limit: int) -> str:
    """What is said of a file of more than so many bytes."""
    return f"the file is larger than {limit:,} bytes"


def json_type(value: Any) -> str:
    """What JSON calls a value, with its article."""
    names = {bool: "a boolean", int: "a number", float: "a number", str: "text", list: "a list", dict: "an object"}
    return names.get(type(value), "null")


def open_file(path: Path, faults: Faults, limit: int) -> BinaryIO | None:
    """The file's bytes to read; None after a fault, which a file of more than `limit` bytes is."""
    place = Place(str(path))
    try:
        if not path.exists():
            faults.add(place, "there is no such file")
        elif not path.is_file():
            faults.add(place, "not a file")  # a pipe would wait for ever
        elif path.stat().st_size > limit:
            faults.add(place, too_large(limit))
        else:
            return path.open("rb")
    except OSError as error:
        _unreadable(error, faults, place)
    return None


def _unreadable(error: OSError, faults: Faults, place: Place | None = None) -> None:
    faults.add(place or Place(str(error.filename)), f"cannot be read: {error.strerror}")


def _decode(raw: bytes, place: Place, offset: int, faults: Faults) -> str | None:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        line = place.line or raw.count(b"\n", 0, error.start) + 1
        what = f"byte 0x{raw[error.start]:02x} at offset {offset + error.start} is no UTF-8; save the file as UTF-8"
        faults.add(Place(place.file, line), what)
    return None


def without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"key '{next(key for key in keys if keys.count(key) > 1)}' is given twice in one object")
    return found


def refuse_constant(word: str) -> None:
    raise ValueError(f"{word} is no JSON number")
