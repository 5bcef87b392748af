"""JSON with places: strict, without recursion, and fast enough for files of megabytes."""

from __future__ import annotations

import re
from json import JSONDecodeError
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any

from ragtune.tools._growing import Budget, Growing, Place
from ragtune.tools._limits import MAX_DIGITS
from ragtune.yaml_tree import Node

_SPACE = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_WORD = re.compile(r"[A-Za-z0-9_.+-]{1,20}")
_HALF = re.compile("[\ud800-\udfff]")
_HALF_WRITTEN = re.compile(r"\\u[dD][89a-fA-F]")
_LITERALS = {"true": True, "false": False, "null": None}


def json_node(text: str, file: str, budget: Budget, first_line: int = 1) -> Node:
    """The one value of a JSON text."""
    return _Json(text, file, budget, first_line).read()


def json_lines(text: str, file: str, budget: Budget) -> Node:
    """The values of JSON lines, as a list; empty lines are left out."""
    lines = enumerate(text.split("\n"), start=1)
    found = [json_node(line, file, budget, number) for number, line in lines if line.strip(" \t\r")]
    return Node(found, file, 1, 1)


class _Json:
    """One document."""

    def __init__(self, text: str, file: str, budget: Budget, first_line: int) -> None:
        self.text = text
        self.grown = Growing(file, budget)
        self.line, self.line_start, self.seen = first_line, 0, 0
        self.halves = _HALF_WRITTEN.search(text) is not None

    def place(self, at: int) -> Place:
        """Line and column; asked for from the beginning to the end, so that each line is counted once."""
        lines = self.text.count("\n", self.seen, at)
        if lines:
            self.line += lines
            self.line_start = self.text.rfind("\n", self.seen, at) + 1
        self.seen = max(self.seen, at)
        return self.line, at - self.line_start + 1

    def read(self) -> Node:
        at = self._after_space(0)
        if at == len(self.text):
            raise self.grown.stop(self.place(at), "is empty")
        at = self._value(at)
        while self.grown.stack:
            at = self._next(self._after_space(at))
        at = self._after_space(at)
        if at < len(self.text):
            raise self.grown.stop(self.place(at), "is not valid JSON: something follows after the end")
        assert self.grown.root is not None
        return self.grown.root

    def _next(self, at: int) -> int:
        """What stands after a value, or after the beginning of a list or mapping."""
        top = self.grown.stack[-1]
        mapping = isinstance(top.children, dict)
        begun = not top.children
        c = self.text[at : at + 1]
        if c == ("}" if mapping else "]"):
            self.grown.close()
            return at + 1
        if not begun:
            if c != ",":
                raise self._wrong(at, f"',' or '{'}' if mapping else ']'}' is missing")
            at = self._after_space(at + 1)
        if not mapping:
            return self._value(at)
        if self.text[at : at + 1] != '"':
            raise self._wrong(at, "a key in double quotes is missing")
        key, end = self._string(at)
        self.grown.key(key, self.place(at))
        at = self._after_space(end)
        if self.text[at : at + 1] != ":":
            raise self._wrong(at, "':' is missing after the key")
        return self._value(self._after_space(at + 1))

    def _value(self, at: int) -> int:
        """Put the value that begins here; only the beginning of one that can hold others."""
        c = self.text[at : at + 1]
        if c == '"':
            value, end = self._string(at)
            self.grown.scalar(value, self.place(at))
            return end
        if c in ("{", "["):
            self.grown.open({} if c == "{" else [], self.place(at))
            return at + 1
        match = _NUMBER.match(self.text, at)
        if match:
            self.grown.scalar(self._number(match, at), self.place(at))
            return match.end()
        word = _WORD.match(self.text, at)
        if word and word[0] in _LITERALS:
            self.grown.scalar(_LITERALS[word[0]], self.place(at))
            return word.end()
        raise self._wrong(at, f"{word[0]} is no JSON value" if word else "a value is missing")

    def _string(self, at: int) -> tuple[str, int]:
        try:
            value, end = scanstring(self.text, at + 1, True)
        except JSONDecodeError as error:
            raise self._wrong(error.pos, error.msg[:1].lower() + error.msg[1:]) from None
        if self.halves and _HALF.search(value):
            self.grown.note(self.place(at), "has half a character in it (a lone surrogate)")
        return value, end

    def _number(self, match: re.Match[str], at: int) -> Any:
        if len(match[0]) > MAX_DIGITS:
            raise self.grown.stop(self.place(at), f"is a number of more than {MAX_DIGITS} digits")
        if match[1] is None and match[2] is None:
            return int(match[0])
        value = float(match[0])
        if value in (float("inf"), float("-inf")):
            self.grown.note(self.place(at), f"{match[0][:40]} is too large a number")
        return value

    def _after_space(self, at: int) -> int:
        match = _SPACE.match(self.text, at)
        return match.end() if match else at

    def _wrong(self, at: int, what: str) -> Exception:
        return self.grown.stop(self.place(min(at, len(self.text))), f"is not valid JSON: {what}")
