"""Jupyter notebooks. LlamaIndex's IPYNBReader turns prose into comments and needs nbconvert for it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from ragtune.readers.base import Extracted, Reader, UnreadableError, clean, decode, fenced, in_line, seems

_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.*?)[ \t#]*$", re.MULTILINE)


def read(stream: BinaryIO) -> Extracted:
    """Cells in order, a blank line between two: prose as it is, code between fences; outputs are left out."""
    raw = stream.read()
    if not raw.strip():
        raise UnreadableError("the file is empty")
    try:
        notebook = json.loads(decode(raw))
    except json.JSONDecodeError as error:
        told = f"no notebook: not JSON at column {error.colno}: {error.msg}{seems(raw)}"
        raise UnreadableError(told, error.lineno) from None
    except ValueError as error:  # a number of thousands of digits
        raise UnreadableError(f"no notebook: not JSON: {in_line(str(error))}") from None
    cells = _cells(notebook)
    language = _language(notebook)
    title = ""
    parts = []
    for number, cell in enumerate(cells, 1):
        text, kind = _source(cell, number), cell.get("cell_type")
        if kind == "markdown" and not title and (match := _HEADING.search(text)):
            title = in_line(match[1])
        if text.strip():
            parts.append(fenced(text.strip("\n"), language) if kind == "code" else text.strip("\n"))
    metadata = {"format": "ipynb", "cells": len(cells)}
    return Extracted(clean("\n\n".join(parts)).replace("\f", "\n"), clean(title), metadata)


def _cells(notebook: Any) -> list[Mapping[str, Any]]:
    if not isinstance(notebook, dict):
        raise UnreadableError("no notebook: the JSON is no object")
    cells = notebook.get("cells")
    if cells is None and isinstance(sheets := notebook.get("worksheets"), list):  # format 3 and before
        cells = [cell for sheet in sheets if isinstance(sheet, dict) for cell in sheet.get("cells") or ()]
    if not isinstance(cells, list):
        raise UnreadableError("no notebook: it has no list of 'cells'")
    for number, cell in enumerate(cells, 1):
        if not isinstance(cell, dict):
            raise UnreadableError(f"cell {number} is no object")
    return cells


def _source(cell: Mapping[str, Any], number: int) -> str:
    source = cell.get("source", cell.get("input"))
    lines = list(_lines(source))
    if source is None or not all(isinstance(line, str) for line in lines):
        raise UnreadableError(f"cell {number} has no 'source' that is text or a list of texts")
    return "".join(lines)


def _lines(source: Any) -> Iterator[Any]:
    if isinstance(source, list):
        yield from source
    else:
        yield source


def _language(notebook: Mapping[str, Any]) -> str:
    told = notebook.get("metadata")
    info = told.get("language_info") if isinstance(told, dict) else None
    name = info.get("name") if isinstance(info, dict) else None
    return name if isinstance(name, str) and re.fullmatch(r"[\w+#.-]{1,40}", name) else ""


READER = Reader("ipynb", 1, (".ipynb",), read)
