"""Python source as a tree of statements, by Python's own parser."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator

from ragtune.chunkers._code_tree import Part, blank_line_tree, tiled

_LINE_END = re.compile(r"\r\n?|\n")


def python_tree(text: str) -> Part:
    """Statements, and those inside compound ones; blocks between blank lines where the text is no Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an odd escape in somebody's code is no concern of ours
            module = ast.parse(text.removeprefix("\ufeff"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return blank_line_tree(text)
    lines = [0, *(match.end() for match in _LINE_END.finditer(text))]
    return _part(module.body, lines, 0, len(text))


def _part(body: list[ast.stmt], lines: list[int], start: int, end: int) -> Part:
    """A stretch with the statements in it. Comments above a statement go with it, so each begins where the last ended."""

    def parts() -> list[Part]:
        rows = []
        at = start
        for statement in body:
            inside = list(_bodies(statement))
            rows.append((at, lambda low, high, inside=inside: _part(inside, lines, low, high)))
            last = statement.end_lineno or statement.lineno
            at = lines[last] if last < len(lines) else end
        return tiled(start, end, rows)

    return Part(start, end, parts)


def _bodies(statement: ast.stmt) -> Iterator[ast.stmt]:
    """The statements directly inside a compound one, in order: body, handlers, else, finally, cases."""
    for field in ("body", "handlers", "cases", "orelse", "finalbody"):
        for inner in getattr(statement, field, ()):
            if isinstance(inner, ast.stmt):
                yield inner
            else:
                yield from inner.body
