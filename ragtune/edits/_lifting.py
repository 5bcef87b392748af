"""Which nested parameters can be lifted to the top without losing a call, and what is then required of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from ragtune.edits._schemas import follow
from ragtune.tools import Put

Path = tuple[str, ...]
_ALLOWED = {
    "type", "properties", "required", "additionalProperties", "title", "description", "default", "examples", "$comment",
    "deprecated", "readOnly", "writeOnly",
}  # fmt: skip
MAX_LEAVES = 256
"""A tool that would have more parameters at the top stays as it is."""


class TooManyError(Exception):
    """More than `MAX_LEAVES`."""


@dataclass(frozen=True)
class Leaf:
    """A parameter that stays whole: where it was, its schema, whether it must be given, and what must be given with it."""

    path: Path
    schema: Any
    required: bool
    beside: frozenset[Path] = frozenset()


@dataclass(frozen=True)
class _Place:
    """An object that is being taken apart; `sure`: whether it is in every call."""

    path: Path
    texts: tuple[str, ...]
    sure: bool
    seen: frozenset[str]
    beside: frozenset[Path]


@dataclass
class Lifting:
    """Takes an input schema apart, `depth` levels deep; `drop` as the knob `empty` of `flatten` says."""

    root: Mapping[str, Any]
    depth: int
    drop: bool
    count: int = 0

    def leaves(self) -> tuple[list[Leaf], list[Put]]:
        """The leaves in their order, and objects that are in every call even when nothing in them is given."""
        puts: list[Put] = []
        top = _Place((), (), True, frozenset(), frozenset())
        return list(self._walk(self.root, top, puts)), puts

    def _walk(self, schema: Mapping[str, Any], at: _Place, puts: list[Put]) -> Iterator[Leaf]:
        for name, inner in (schema.get("properties") or {}).items():
            required = name in (schema.get("required") or ())
            lifted = self._lifted(inner, at, required)
            if lifted is None:
                self.count += 1
                if self.count > MAX_LEAVES:
                    raise TooManyError
                path = (*at.path, name)
                yield Leaf(path, _told(inner, at.texts), at.sure and required, at.beside - {path})
                continue
            found, seen = lifted
            below = self._below(found, at, name, required, seen)
            if below.sure and not found.get("required"):
                puts.append(Put(to=below.path, value={}, if_absent=True))
            yield from self._walk(found, below, puts)

    def _below(self, found: Mapping[str, Any], at: _Place, name: str, required: bool, seen: frozenset[str]) -> _Place:
        text = found.get("description")
        texts = (*at.texts, text) if isinstance(text, str) and text.strip() else at.texts
        place = _Place((*at.path, name), texts, at.sure and required, at.seen | seen, at.beside)
        if place.sure:
            return place
        needed = frozenset(islice(self._needed(found, place), MAX_LEAVES + 1))
        if len(needed) > MAX_LEAVES:
            raise TooManyError
        return _Place(place.path, texts, False, place.seen, at.beside | needed)

    def _needed(self, schema: Mapping[str, Any], at: _Place) -> Iterator[Path]:
        """Leaves that must be there when the object is."""
        for name in schema.get("required") or ():
            inner = (schema.get("properties") or {})[name]
            lifted = self._lifted(inner, at, True)
            if lifted is None:
                yield (*at.path, name)
            else:
                yield from self._needed(
                    lifted[0], _Place((*at.path, name), (), False, at.seen | lifted[1], frozenset())
                )

    def _lifted(self, schema: Any, at: _Place, required: bool) -> tuple[dict[str, Any], frozenset[str]] | None:
        """The object to take apart, and the references that led to it; None for what stays whole.

        An object that may be left out is told from an empty one by what it must hold: where it must hold nothing, both
        look alike once it is taken apart.
        """
        if not isinstance(schema, dict) or len(at.path) >= self.depth:
            return None
        found, seen = follow(schema, self.root)
        if seen & at.seen or not _is_plain_object(found):
            return None
        told_apart = bool(found.get("required")) or (at.sure and required)
        return (found, seen) if told_apart or (self.drop and not required) else None


def _is_plain_object(schema: Mapping[str, Any]) -> bool:
    """An object of named parts, and no other rule."""
    parts = schema.get("properties")
    needed = schema.get("required", [])
    return (
        schema.get("type") == "object"
        and isinstance(parts, dict)
        and bool(parts)
        and isinstance(needed, list)
        and all(isinstance(name, str) and name in parts for name in needed)
        and schema.get("additionalProperties", False) is False
        and all(word in _ALLOWED or word.startswith("x-") for word in schema)
    )


def _told(schema: Any, texts: Iterable[str]) -> Any:
    """A leaf's schema with what the objects around it were said to be before its own description."""
    said = [text.strip().rstrip(".:") for text in texts]
    if not said or not isinstance(schema, dict):
        return schema
    own = schema.get("description")
    return {**schema, "description": ": ".join([*said, *([own] if isinstance(own, str) and own else [])])}
