"""Source code as a tree of syntax nodes, by tree-sitter."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ragtune.chunkers._code_tree import Part, tiled
from ragtune.errors import MissingModelError
from ragtune.types import Ints

if TYPE_CHECKING:
    from tree_sitter import Node, Parser


class _Language(NamedTuple):
    """The package whose wheel holds the grammar, the function that gives it, and the endings of such files."""

    package: str
    function: str
    endings: tuple[str, ...]


LANGUAGES = {
    "bash": _Language("bash", "language", ("sh", "bash")),
    "c": _Language("c", "language", ("c", "h")),
    "c-sharp": _Language("c-sharp", "language", ("cs",)),
    "cpp": _Language("cpp", "language", ("cc", "cpp", "cxx", "hh", "hpp")),
    "go": _Language("go", "language", ("go",)),
    "java": _Language("java", "language", ("java",)),
    "javascript": _Language("javascript", "language", ("js", "jsx", "mjs", "cjs")),
    "php": _Language("php", "language_php", ("php",)),
    "ruby": _Language("ruby", "language", ("rb",)),
    "rust": _Language("rust", "language", ("rs",)),
    "tsx": _Language("typescript", "language_tsx", ("tsx",)),
    "typescript": _Language("typescript", "language_typescript", ("ts", "mts", "cts")),
}
"""Grammars that come inside a wheel: nothing is downloaded when they are used."""


def tree_sitter_tree(text: str, language: str) -> Part:
    """Nodes that begin a line. Text with errors has a tree too."""
    data = text.encode("utf-8", "surrogatepass")
    root = _parser(language).parse(data).root_node
    return _part(root, text, _character_places(text, data), 0, len(text))


def _part(node: Node, text: str, places: Ints | None, start: int, end: int) -> Part:
    """A stretch with the nodes in it that begin a line; of those that share a line, the largest gives the next parts.

    Comments, white space and ends of lines before a node go with it, but for what ends the line of the node before.
    """

    def parts() -> list[Part]:
        rows: list[tuple[int, Node]] = []
        last = start
        for child in node.children:
            at = _place(places, child.start_byte)
            newline = text.find("\n", last, at)
            if not rows:
                rows.append((start, child))
            elif newline >= 0 or text[last - 1] == "\n":
                comment = rows[-1][1].type.endswith("comment")
                at = newline + 1 if newline >= 0 else last
                rows.append((rows.pop()[0], child) if comment else (at, child))
            elif _length(child) > _length(rows[-1][1]):
                rows[-1] = (rows[-1][0], child)
            last = max(_place(places, child.end_byte), last)
        return tiled(start, end, ((at, _maker(child, text, places)) for at, child in rows))

    return Part(start, end, parts)


def _maker(node: Node, text: str, places: Ints | None) -> Callable[[int, int], Part]:
    return lambda start, end: _part(node, text, places, start, end)


def _length(node: Node) -> int:
    return node.end_byte - node.start_byte


def _place(places: Ints | None, byte: int) -> int:
    return byte if places is None else int(places[byte])


def _character_places(text: str, data: bytes) -> Ints | None:
    """The character that each byte belongs to, and the end; None where every character is a byte."""
    if len(data) == len(text):
        return None
    begins = (np.frombuffer(data, dtype=np.uint8) & 0xC0) != 0x80
    return np.append(np.cumsum(begins) - 1, len(text))


@lru_cache(maxsize=16)
def _parser(language: str) -> Parser:
    package, function, _ = LANGUAGES[language]
    try:
        from tree_sitter import Language, Parser

        grammar = importlib.import_module(f"tree_sitter_{package.replace('-', '_')}")
    except ImportError as error:
        raise MissingModelError(
            f"chunker code: {language} is read by tree-sitter, which is not installed ({error}): "
            "`pip install 'ragtune[code]'`, or set `language: none` to cut at blank lines"
        ) from error
    return Parser(Language(getattr(grammar, function)()))
