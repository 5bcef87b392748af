"""YAML with places: every value knows its line and column. Safe: no tags, no duplicate keys, no bombs."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ragtune.errors import ConfigError, Fault

MAX_BYTES = 256 * 1024
MAX_NODES = 20_000
MAX_DEPTH = 50


@dataclass(frozen=True)
class Node:
    """A value and where it stands: `value` is a scalar, a list of nodes, or a dict of nodes.

    `keys` gives the places of a dict's keys.
    """

    value: Any
    file: str = ""
    line: int = 0
    column: int = 0
    keys: Mapping[str, tuple[int, int]] | None = None

    def fault(self, message: str) -> Fault:
        """A fault at this place."""
        return Fault(self.file, self.line, self.column, message)

    def key_fault(self, key: str, message: str) -> Fault:
        """A fault at the place of one of the keys."""
        line, column = (self.keys or {}).get(key, (self.line, self.column))
        return Fault(self.file, line, column, message)

    def plain(self) -> Any:
        """The value without places."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


def of(value: Any, at: Node) -> Node:
    """A plain value as a tree, all of it at one place."""
    if isinstance(value, Mapping):
        value = {str(key): of(item, at) for key, item in value.items()}
    elif isinstance(value, list | tuple):
        value = [of(item, at) for item in value]
    return Node(value, at.file, at.line, at.column)


def load(path: Path) -> Node:
    """Read a YAML file; every trouble is a ConfigError that names the file."""
    name = str(path)
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise ConfigError([Fault(name, 0, 0, f"{size:,} bytes are too many for a configuration ({MAX_BYTES:,})")])
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError([Fault(name, 0, 0, f"cannot be read: {error.strerror}")]) from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError([Fault(name, 0, 0, f"is not UTF-8: byte {error.start}")]) from error
    return loads(text, name)


def loads(text: str, name: str) -> Node:
    """Read YAML from a text; `name` stands for the file in faults."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    yaml = YAML(typ="rt", pure=True)
    try:
        _look_through(yaml.parse(io.StringIO(text)), name)
        tree = yaml.load(io.StringIO(text))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = " ".join(str(part) for part in (error.problem or error.context,) if part).split("\n")[0]
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        raise ConfigError([Fault(name, line, column, f"is not valid YAML: {what}")]) from error
    except (YAMLError, ValueError) as error:
        raise ConfigError([Fault(name, 0, 0, f"is not valid YAML: {str(error).splitlines()[0]}")]) from error
    _refuse_bombs(tree, name)
    return _node(tree, name, 0, 0)


def _look_through(events: Iterable[Any], name: str) -> None:
    """Refuse what must not even be built: tags, bottomless nesting, and aliases inside what they stand for."""
    open_anchors: list[str | None] = []
    for event in events:
        place = (event.start_mark.line + 1, event.start_mark.column + 1)
        tag = getattr(event, "tag", None)
        anchor = getattr(event, "anchor", None)
        if tag is not None:
            raise ConfigError([Fault(name, *place, f"tags are not allowed: {tag}")])
        if type(event).__name__ == "AliasEvent" and anchor in open_anchors:
            raise ConfigError([Fault(name, *place, f"the alias *{anchor} contains itself")])
        if type(event).__name__ in ("SequenceStartEvent", "MappingStartEvent"):
            open_anchors.append(anchor)
            if len(open_anchors) > MAX_DEPTH:
                raise ConfigError([Fault(name, *place, f"is nested more than {MAX_DEPTH} deep")])
        elif type(event).__name__ in ("SequenceEndEvent", "MappingEndEvent"):
            open_anchors.pop()


def _refuse_bombs(tree: Any, name: str) -> None:
    """Count what aliases expand to, without expanding them."""
    sizes: dict[int, int] = {}

    def size(value: Any) -> int:
        if not isinstance(value, dict | list):
            return 1
        if id(value) not in sizes:
            sizes[id(value)] = 1 + sum(map(size, value.values() if isinstance(value, dict) else value))
        return sizes[id(value)]

    total = size(tree)
    if total > MAX_NODES:
        raise ConfigError([Fault(name, 0, 0, f"expands to {total:,} values; at most {MAX_NODES:,} are allowed")])


def _node(value: Any, name: str, line: int, column: int) -> Node:
    where: Any = getattr(value, "lc", None)
    if isinstance(value, dict):
        children, places = {}, {}
        for key, item in value.items():
            places[str(key)] = _place(where.key(key))
            children[str(key)] = _node(item, name, *_place(where.value(key)))
        return Node(children, name, line, column, places)
    if isinstance(value, list):
        places_ = [_place(where.item(i)) for i in range(len(value))]
        return Node([_node(item, name, *place) for item, place in zip(value, places_, strict=True)], name, line, column)
    return Node(_scalar(value, name, line, column), name, line, column)


def _place(at: tuple[int, int]) -> tuple[int, int]:
    return at[0] + 1, at[1] + 1


def _scalar(value: Any, name: str, line: int, column: int) -> Any:
    if value is None or isinstance(value, bool):
        return value
    for kind in (int, float, str):  # ruamel's scalars remember how they were written; a configuration need not
        if isinstance(value, kind):
            return kind(value)
    if type(value).__name__ == "ScalarBoolean":
        return bool(value)
    raise ConfigError([Fault(name, line, column, f"a {type(value).__name__} is not expected here; put it in quotes")])
