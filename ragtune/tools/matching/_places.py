"""A walk down a tool's input schema, beside the arguments: which JSON types may stand at a place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ragtune.tools._refs import target
from ragtune.tools.matching._rules import Types, json_type

_HOPS = 32
"""How many `$ref`s, one after another, and how many levels of alternatives are followed; cycles end here."""


class Place:
    """The schema at a place; where it says nothing, everything may stand there."""

    __slots__ = ("root", "schema")

    def __init__(self, schema: Any, root: Any = None) -> None:
        self.root = schema if root is None else root
        self.schema = _resolved(schema, self.root)

    @property
    def types(self) -> Types:
        """The types allowed, None where the schema does not say."""
        return _types(self.schema, self.root, 0)

    def key(self, name: str) -> Place:
        """The place of a key of the object here."""
        for schema in _alternatives(self.schema, self.root, 0):
            known = schema.get("properties")
            if isinstance(known, Mapping) and name in known:
                return Place(known[name], self.root)
        for schema in _alternatives(self.schema, self.root, 0):
            if isinstance(schema.get("additionalProperties"), Mapping):
                return Place(schema["additionalProperties"], self.root)
        return Place({}, self.root)

    def item(self, i: int) -> Place:
        """The place of an item of the list here."""
        for schema in _alternatives(self.schema, self.root, 0):
            first = schema.get("prefixItems")
            if isinstance(first, list) and i < len(first):
                return Place(first[i], self.root)
            if isinstance(schema.get("items"), Mapping):
                return Place(schema["items"], self.root)
        return Place({}, self.root)


def _resolved(schema: Any, root: Any) -> Mapping[str, Any]:
    """The schema itself, or what its `$ref` names in the same document; empty where that is nothing."""
    for _ in range(_HOPS):
        if not isinstance(schema, Mapping):
            return {}
        ref = schema.get("$ref")
        if not isinstance(ref, str):
            return schema
        try:
            schema = target(root, ref)
        except KeyError:
            return {}
    return {}


def _alternatives(schema: Mapping[str, Any], root: Any, depth: int) -> Iterator[Mapping[str, Any]]:
    """The schema, and each of those it is made of."""
    yield schema
    if depth < _HOPS:
        for word in ("allOf", "anyOf", "oneOf"):
            parts = schema.get(word)
            for part in parts if isinstance(parts, list) else ():
                yield from _alternatives(_resolved(part, root), root, depth + 1)


def _types(schema: Mapping[str, Any], root: Any, depth: int) -> Types:
    said = schema.get("type")
    if isinstance(said, str):
        return frozenset((said,))
    if isinstance(said, list):
        return frozenset(str(word) for word in said)
    if "const" in schema:
        return frozenset((json_type(schema["const"]),))
    if isinstance(schema.get("enum"), list):
        return frozenset(json_type(value) for value in schema["enum"])
    if depth >= _HOPS:
        return None
    for word in ("anyOf", "oneOf"):
        if isinstance(schema.get(word), list):
            found = [_types(_resolved(part, root), root, depth + 1) for part in schema[word]]
            known = [types for types in found if types is not None]
            return frozenset().union(*known) if len(known) == len(found) else None
    if isinstance(schema.get("allOf"), list):
        all_of = (_types(_resolved(part, root), root, depth + 1) for part in schema["allOf"])
        return next((types for types in all_of if types is not None), None)
    return None
