"""Files of rows, read whole and with places: YAML, JSON, and JSON lines, whatever they are called."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ragtune.errors import DatasetError, Fault, InputError
from ragtune.tools._files import JSON, JSON_LINES, SUFFIXES, parse_tree
from ragtune.tools._growing import Budget
from ragtune.yaml_tree import Node

MAX_BYTES = 64_000_000
MAX_VALUES = 4_000_000
"""BFCL's largest file has about 300,000."""
HEAD_BYTES = 4_000_000
QUERIES = "queries.jsonl"


def rows_of(path: Path, keys: Sequence[str] = ()) -> list[Node]:
    """The rows of a file: its lines, its list, or the list under one of the keys.

    A `.json` file whose first line is an object by itself is taken for JSON lines, which is how some are published.

    Raises:
        DatasetError: with all faults that can be told at once.
    """
    text, suffix = _text(path)
    budget = Budget(values=MAX_VALUES)
    try:
        tree = parse_tree(text, str(path), suffix, budget)
        budget.check()
    except InputError as error:
        raise DatasetError(error.faults) from error
    if isinstance(tree.value, dict):
        under = next((key for key in keys if key in tree.value), None)
        tree = tree.value[under] if under is not None else tree
    if isinstance(tree.value, dict) and _is_row(text.strip()) and "\n" not in text.strip():
        return [tree]  # JSON lines of one line
    if not isinstance(tree.value, list):
        wanted = " or ".join(["a list", *(f"a mapping with the key '{key}'" for key in keys)])
        raise DatasetError([tree.fault(f"must hold rows: {wanted}")])
    return tree.value


def first_row(path: Path, keys: Sequence[str] = ()) -> Mapping[str, Any]:
    """The first row of a JSON or JSON lines file, for recognising it; empty where there is none to be read."""
    path = in_folder(path)
    if path.suffix.lower() not in (*JSON, *JSON_LINES) or not path.is_file():
        return {}
    try:
        with path.open(encoding="utf-8-sig") as file:
            lines = (line for line in iter(lambda: file.readline(HEAD_BYTES), "") if line.strip())
            first = next(lines, "")
            more = "" if path.suffix.lower() in JSON_LINES or _is_row(first) else file.read(MAX_BYTES)
        value = json.loads(first + more)
    except (OSError, ValueError, RecursionError):
        return {}
    if isinstance(value, dict):
        under = next((value[key] for key in keys if isinstance(value.get(key), list)), value)
        value = under
    row = value[0] if isinstance(value, list) and value else value
    return row if isinstance(row, dict) else {}


def in_folder(path: Path) -> Path:
    """The file itself, or `queries.jsonl` of a folder."""
    return path / QUERIES if path.is_dir() else path


def _is_row(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _text(path: Path) -> tuple[str, str]:
    """The text of a file, and the suffix that says how it is written."""
    name, suffix = str(path), path.suffix.lower()
    if suffix not in SUFFIXES:
        raise DatasetError([Fault(name, 0, 0, f"is none of {', '.join(SUFFIXES)}")])
    if path.exists() and not path.is_file():
        raise DatasetError([Fault(name, 0, 0, "is no file")])
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise DatasetError([Fault(name, 0, 0, f"cannot be read: {error.strerror}")]) from error
    if len(data) > MAX_BYTES:
        raise DatasetError([Fault(name, 0, 0, f"is larger than {MAX_BYTES:,} bytes")])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DatasetError([Fault(name, line, 0, f"is not UTF-8: byte {error.start:,}")]) from error
    if suffix in JSON and _is_row(text.lstrip().partition("\n")[0]) and "\n" in text.strip():
        return text, JSON_LINES[0]
    return text, suffix
