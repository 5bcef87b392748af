"""What a docstring says of a function and of its parameters, in Google's, NumPy's and Sphinx's ways of writing."""

from __future__ import annotations

import inspect
import re

_GOOGLE = re.compile(r"^(args|arguments|parameters|params|keyword args|keyword arguments|other parameters):\s*$", re.I)
_SECTION = re.compile(
    r"^(returns?|yields?|raises?|examples?|notes?|warnings?|see also|references?|attributes|warns|todo):\s*$", re.I
)
_NUMPY = re.compile(r"^(Parameters|Other Parameters)\s*$")
_RULE = re.compile(r"^-{3,}\s*$")
_SPHINX = re.compile(r"^:(?:param|parameter|arg|argument|key|keyword)\s+(?:[^:]*\s)?\*{0,2}(\w+)\s*:\s*(.*)$")
_FIELD = re.compile(r"^:\w+[^:]*:")
_ITEM = re.compile(r"^\*{0,2}(\w+)\s*(?:\([^)]*\))?\s*:\s*(.*)$")
_NUMPY_ITEM = re.compile(r"^\*{0,2}(\w+(?:\s*,\s*\*{0,2}\w+)*)\s*(?::.*)?$")


def parse(docstring: str | None) -> tuple[str, dict[str, str]]:
    """The text before the sections, and parameter -> what is said of it, as one line each."""
    lines = inspect.cleandoc(docstring or "").splitlines()
    told: dict[str, list[str]] = {}
    text: list[str] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        following = lines[at + 1] if at + 1 < len(lines) else ""
        if _GOOGLE.match(line):
            at = _items(lines, at + 1, told)
        elif _RULE.match(following) and line.strip():
            at = _numpy(lines, at + 2, told if _NUMPY.match(line) else {})
        elif _SECTION.match(line):
            at = _items(lines, at + 1, {})
        elif _FIELD.match(line):
            at = _sphinx(lines, at, told)
        else:
            text.append(line)
            at += 1
    return "\n".join(text).strip(), {name: " ".join(" ".join(parts).split()) for name, parts in told.items()}


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _items(lines: list[str], at: int, told: dict[str, list[str]]) -> int:
    """Google's `name (type): text`, further lines indented deeper; the line after the section."""
    base = None
    name = ""
    while at < len(lines) and (not lines[at].strip() or _indent(lines[at]) > 0):
        line = lines[at]
        if line.strip():
            base = _indent(line) if base is None else base
            found = _ITEM.match(line.strip()) if _indent(line) <= base else None
            if found is not None:
                name = found[1]
                told[name] = [found[2]]
            elif name:
                told[name].append(line.strip())
        at += 1
    return at


def _numpy(lines: list[str], at: int, told: dict[str, list[str]]) -> int:
    """NumPy's `name : type` with the text indented below; the line after the section."""
    names: list[str] = []
    while at < len(lines):
        line = lines[at]
        if at + 1 < len(lines) and line.strip() and _RULE.match(lines[at + 1]):
            break
        if line.strip() and _indent(line) == 0:
            found = _NUMPY_ITEM.match(line)
            names = [name.strip(" *") for name in found[1].split(",")] if found else []
            told.update({name: [] for name in names})
        else:
            for name in names:
                told[name].append(line.strip())
        at += 1
    return at


def _sphinx(lines: list[str], at: int, told: dict[str, list[str]]) -> int:
    """`:param type name: text`, further lines indented; the line after it."""
    found = _SPHINX.match(lines[at])
    parts = [found[2]] if found else []
    at += 1
    while at < len(lines) and lines[at].strip() and _indent(lines[at]) > 0:
        parts.append(lines[at].strip())
        at += 1
    if found:
        told[found[1]] = parts
    return at
