"""References inside a schema: to the same document only, without circles that lead nowhere, within bounds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from ragtune.errors import InputError
from ragtune.tools._keywords import IN_PLACE, Path, subschemas
from ragtune.tools._limits import MAX_RESOLVED_DEPTH, MAX_SCHEMA_VALUES

_REFUSED = {
    "$dynamicRef": "is not read: write $ref",
    "$dynamicAnchor": "is not read: write $defs, and $ref to a place in it",
    "$recursiveRef": "is not read: write $ref",
    "$recursiveAnchor": "is not read",
    "$anchor": "is not read: write $ref with the place, as in #/$defs/name",
    "$vocabulary": "is not read",
}
_DIALECTS = ("https://json-schema.org/draft/", "http://json-schema.org/", "https://json-schema.org/")
_MISSING = object()


def target(root: Any, ref: str) -> Any:
    """What `#/a/b` stands for; KeyError where there is nothing."""
    found = _find(root, ref)
    if found is _MISSING:
        raise KeyError(ref)
    return found


def _find(root: Any, ref: str) -> Any:
    if ref in ("#", "#/"):
        return root if ref == "#" else _MISSING
    found = root
    for part in ref.removeprefix("#/").split("/"):
        key = unquote(part).replace("~1", "/").replace("~0", "~")
        if isinstance(found, dict) and key in found:
            found = found[key]
        elif isinstance(found, list) and key.isascii() and key.isdigit() and len(key) < 8 and int(key) < len(found):
            found = found[int(key)]
        else:
            return _MISSING
    return found


def wrong_refs(root: Any, path: Path, schema: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """What is wrong with the references and names of one schema."""
    for key, why in _REFUSED.items():
        if key in schema:
            yield (*path, key), why
    if "$id" in schema and (path or not isinstance(schema["$id"], str)):
        yield (*path, "$id"), "is read at the top of a schema only, and must be a text"
    dialect = schema.get("$schema")
    if dialect is not None and (path or not isinstance(dialect, str) or not dialect.startswith(_DIALECTS)):
        yield (*path, "$schema"), f"{str(dialect)[:80]!r} is no dialect of json-schema.org, or not at the top"
    if "$ref" not in schema:
        return
    ref = schema["$ref"]
    if not isinstance(ref, str) or not (ref == "#" or ref.startswith("#/")):
        yield (
            (*path, "$ref"),
            f"{str(ref)[:80]!r} is refused: a reference may only be to a place in the same schema (#/…)",
        )
        return
    found = _find(root, ref)
    if not isinstance(found, dict | bool):
        yield (*path, "$ref"), f"{ref[:80]!r} {'stands for nothing' if found is _MISSING else 'is no schema'}"


def circle(root: dict[str, Any], places: dict[int, Path]) -> tuple[Path, str] | None:
    """A circle of references that takes no step into the value, so that checking it would never end."""
    done: set[int] = set()
    for start in list(places):
        work = [(start, _ahead(root, start, places))]
        on_way = {start}
        while work and start not in done:
            node, rest = work[-1]
            for other in rest:
                if other in on_way:
                    return places[other], "refers to itself in a circle, without a step into a property or an item"
                if other not in done:
                    on_way.add(other)
                    work.append((other, _ahead(root, other, places)))
                    break
            else:
                work.pop()
                on_way.discard(node)
                done.add(node)
    return None


def _ahead(root: dict[str, Any], node: int, places: dict[int, Path]) -> Iterator[int]:
    schema = at(root, places[node])
    if isinstance(schema, dict):
        inner = [value for _, value in subschemas(schema, IN_PLACE)]
        ref = schema.get("$ref")
        found = _find(root, ref) if isinstance(ref, str) else None
        yield from (id(value) for value in (*inner, found) if isinstance(value, dict) and id(value) in places)


def at(root: Any, path: Path) -> Any:
    """The value at a path."""
    for key in path:
        root = root[key]
    return root


class _Measure:
    """Size and depth of a schema with everything that it refers to, each part measured once."""

    def __init__(self, root: dict[str, Any]) -> None:
        self.root = root
        self.known: dict[int, tuple[int, int] | None] = {}
        self.recursive = False

    def of(self, value: Any, depth: int = 0) -> tuple[int, int]:
        if not isinstance(value, dict | list):
            return 1, 0
        if depth > MAX_RESOLVED_DEPTH:
            raise InputError(f"is nested more than {MAX_RESOLVED_DEPTH} deep with its references")
        if id(value) in self.known:
            known = self.known[id(value)]
            self.recursive |= known is None
            return known or (1, 0)
        self.known[id(value)] = None
        inner = list(value.values()) if isinstance(value, dict) else list(value)
        ref = value.get("$ref") if isinstance(value, dict) else None
        if isinstance(ref, str):
            inner.append(_find(self.root, ref))
        found = [self.of(each, depth + 1) for each in inner if each is not _MISSING]
        size = 1 + sum(n for n, _ in found)
        height = 1 + max((h for _, h in found), default=0)
        self.known[id(value)] = size, height
        return size, height


def too_large(root: dict[str, Any]) -> str | None:
    """Why a schema is too large or too deep once its references are followed; None where it is not."""
    try:
        size, height = _Measure(root).of(root)
    except InputError as error:
        return str(error)
    if size > MAX_SCHEMA_VALUES:
        return f"has {size:,} values with what it refers to; at most {MAX_SCHEMA_VALUES:,} are allowed"
    if height > MAX_RESOLVED_DEPTH:
        return f"is nested more than {MAX_RESOLVED_DEPTH} deep with its references"
    return None


def is_recursive(root: dict[str, Any]) -> bool:
    """Whether a schema holds itself: values of any depth are right by it."""
    measure = _Measure(root)
    measure.of(root)
    return measure.recursive
