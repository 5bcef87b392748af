"""Files that say something of tools by their id: read once, faults with their places, content part of every key."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from functools import lru_cache
from pathlib import Path

from ragtune import yaml_tree
from ragtune.errors import Fault, InputError, suggest
from ragtune.yaml_tree import Node


def content(path: Path) -> str:
    """Digest of a file; InputError where it cannot be read."""
    return _digest(path, *_state(path))


def entries(path: Path) -> dict[str, Node]:
    """Tool id -> what the file says of it; the mapping of ids is at the root."""
    return dict(_root(path).value or {})


def unknown(path: Path, known: Collection[str]) -> Iterator[Fault]:
    """A fault for each id that is none of the tools'."""
    ids = list(known)
    for id in entries(path):
        if id not in known:
            yield _root(path).key_fault(id, f"there is no tool '{id}'{suggest(id, ids)}")


def text(node: Node, what: str, faults: list[Fault]) -> str:
    """A text, or a fault."""
    if isinstance(node.value, str):
        return node.value
    faults.append(node.fault(f"{what} is a text; put it in quotes"))
    return ""


def fields(node: Node, id: str, known: Collection[str], faults: list[Fault]) -> dict[str, Node]:
    """What is said of one tool, word by word."""
    if not isinstance(node.value, dict):
        faults.append(node.fault(f"what is said of '{id}' is written as {{word: text}}: {', '.join(known)}"))
        return {}
    strange = [word for word in node.value if word not in known]
    faults += [node.key_fault(word, f"'{word}' cannot be said here{suggest(word, list(known))}") for word in strange]
    return {word: inner for word, inner in node.value.items() if word in known}


def _state(path: Path) -> tuple[int, int]:
    try:
        state = path.stat()
    except OSError as error:
        told = f"this file cannot be read ({error.strerror}); a relative path counts from {Path.cwd()}"
        raise InputError([Fault(str(path), 0, 0, told)]) from error
    return state.st_mtime_ns, state.st_size


@lru_cache(maxsize=16)
def _digest(path: Path, modified: int, size: int) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise InputError([Fault(str(path), 0, 0, f"this file cannot be read ({error.strerror})")]) from error


def _root(path: Path) -> Node:
    return _load(path, *_state(path))


@lru_cache(maxsize=16)
def _load(path: Path, modified: int, size: int) -> Node:
    root = yaml_tree.load(path)
    if root.value is not None and not isinstance(root.value, dict):
        raise InputError([root.fault("what is said of tools is written as {tool id: …}")])
    return root
