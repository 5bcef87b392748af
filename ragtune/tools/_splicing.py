"""One tool of a long YAML file is written anew and nothing else is touched: its lines are cut out and put back."""

from __future__ import annotations

from collections.abc import Callable

from ragtune.errors import InputError
from ragtune.tools._files import parse_tree
from ragtune.yaml_tree import Node


def spliced(text: str, node: Node, rewrite: Callable[[str], str | None]) -> str | None:
    """The text with the block mapping at a node rewritten by itself.

    None where its lines cannot be told apart from others (flow style, aliases): then the whole file is to be rewritten.
    """
    lines = text.splitlines(keepends=True)
    indent = node.column - 1
    first = node.line - 1
    if not 0 <= first < len(lines) or lines[first][indent : indent + 1] in ("", "{", "*", "&", "?"):
        return None
    end = first + 1
    while end < len(lines) and _belongs(lines[end], indent):
        end += 1
    while not lines[end - 1].strip():
        end -= 1
    head = lines[first][:indent]
    own = [lines[first][indent:], *(line[indent:] if line.strip() else "\n" for line in lines[first + 1 : end])]
    try:
        if parse_tree("".join(own), "").plain() != node.plain():
            return None
    except InputError:
        return None
    made = rewrite("".join(own))
    if made is None:
        return None
    body = [" " * indent + line if line.strip() else line for line in made.splitlines(keepends=True)]
    body[0] = head + body[0][indent:]
    return "".join([*lines[:first], *body, *lines[end:]])


def _belongs(line: str, indent: int) -> bool:
    """Whether a line is inside a block that begins at a column: it is blank, or indented at least as far."""
    return not line.strip() or (line[:indent].strip(" ") == "" and len(line) - len(line.lstrip(" ")) >= indent > 0)
