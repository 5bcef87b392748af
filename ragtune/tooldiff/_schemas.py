"""Two JSON schemas side by side: which values one allows and the other does not, as far as that can be told.

For arguments, narrower is breaking: a call that was right may be refused. For results it is the other way round.
What cannot be told apart from narrowing (combined schemas, patterns) counts as breaking.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

from ragtune.tooldiff._change import Level
from ragtune.tooldiff._values import brief, enum_of, of_bound, types_of
from ragtune.tools._refs import target

Way = Literal["narrower", "wider", "other"]
WORDING = ("description", "title", "examples", "$comment", "deprecated")
LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_KNOWN = (
    "$schema",
    "$id",
    "$defs",
    "definitions",
    "$ref",
    "type",
    "enum",
    "const",
    "default",
    "properties",
    "required",
)
_PASSED = (*_KNOWN, "items", "additionalProperties", "pattern", "format", "multipleOf", "uniqueItems")


class Found(NamedTuple):
    """A change inside a schema."""

    place: str
    kind: str
    level: Level
    told: str


class Schemas:
    """Compares the schemas of arguments, or (`output`) of results."""

    def __init__(self, before: Mapping[str, Any], after: Mapping[str, Any], *, output: bool = False) -> None:
        self._roots = (before, after)
        self._output = output
        self._seen: set[tuple[int, int]] = set()
        self._held: list[Any] = []
        """What was seen stays in memory, so that its id stays its own."""

    def compare(self) -> Iterator[Found]:
        """All changes, those of a parameter before those inside it."""
        yield from self._schema(*self._roots, "")

    def _schema(self, old: Any, new: Any, place: str) -> Iterator[Found]:
        if not (isinstance(old, dict) and isinstance(new, dict)):
            if old != new:
                yield self._found(place, "schema-changed", "other", f"{brief(old)} → {brief(new)}")
            return
        if (id(old), id(new)) in self._seen:
            return
        self._seen.add((id(old), id(new)))
        referring = "$ref" in old or "$ref" in new
        old, new = self._followed(old, 0), self._followed(new, 1)
        if referring and (id(old), id(new)) in self._seen:
            return
        self._seen.add((id(old), id(new)))
        self._held += (old, new)
        yield from self._types(old, new, place)
        yield from self._enums(old, new, place)
        yield from self._bounds(old, new, place)
        yield from self._default(old, new, place)
        yield from self._others(old, new, place)
        yield from self._properties(old, new, place)
        yield from self._items(old, new, place)
        yield from self._additional(old, new, place)

    def _followed(self, schema: dict[str, Any], side: int) -> dict[str, Any]:
        """With what its reference stands for."""
        for _ in range(32):
            ref = schema.get("$ref")
            if not isinstance(ref, str):
                break
            try:
                found = target(self._roots[side], ref)
            except KeyError:
                break
            rest = {key: value for key, value in schema.items() if key != "$ref"}
            schema = ({**found, **rest} if rest else found) if isinstance(found, dict) else rest
        return schema

    def _types(self, old: Mapping[str, Any], new: Mapping[str, Any], place: str) -> Iterator[Found]:
        before, after = types_of(old), types_of(new)
        if before != after:
            way: Way = "wider" if before < after else "narrower" if after < before else "other"
            told = f"type {brief(old.get('type', 'any'))} → {brief(new.get('type', 'any'))}"
            yield self._found(place, "type-changed" if way == "other" else f"type-{way}", way, told)

    def _enums(self, old: Mapping[str, Any], new: Mapping[str, Any], place: str) -> Iterator[Found]:
        before, after = enum_of(old), enum_of(new)
        if before is None and after is not None:
            yield self._found(place, "enum-added", "narrower", f"now one of {', '.join(after.values())}")
        elif before is not None and after is None:
            yield self._found(place, "enum-removed", "wider", "no longer one of a list")
        elif before is not None and after is not None:
            gone = [told for key, told in before.items() if key not in after]
            come = [told for key, told in after.items() if key not in before]
            if gone:
                yield self._found(place, "enum-narrowed", "narrower", f"no longer takes {', '.join(gone)}")
            if come:
                yield self._found(place, "enum-widened", "wider", f"also takes {', '.join(come)}")

    def _bounds(self, old: Mapping[str, Any], new: Mapping[str, Any], place: str) -> Iterator[Found]:
        for key in (*LOWER, *UPPER, "multipleOf", "uniqueItems", "pattern", "format"):
            before, after = old.get(key), new.get(key)
            if before == after or (key == "uniqueItems" and not before and not after):
                continue
            way = of_bound(key, before, after, lower=key in LOWER, upper=key in UPPER)
            kind = {"narrower": "bound-tightened", "wider": "bound-loosened", "other": "bound-changed"}[way]
            yield self._found(place, kind, way, f"{key} {brief(before)} → {brief(after)}")

    def _default(self, old: Mapping[str, Any], new: Mapping[str, Any], place: str) -> Iterator[Found]:
        """A call that leaves the argument out does something else by another default."""
        if "default" in old and "default" in new and old["default"] != new["default"]:
            told = f"default {brief(old['default'])} → {brief(new['default'])}"
            yield Found(place, "default-changed", "breaking", told)
        elif ("default" in old) != ("default" in new):
            word = "added" if "default" in new else "removed"
            told = f"default {brief(new.get('default', old.get('default')))} {word}"
            yield Found(place, f"default-{word}", "compatible", told)

    def _others(self, old: Mapping[str, Any], new: Mapping[str, Any], place: str) -> Iterator[Found]:
        for key in WORDING:
            if old.get(key) != new.get(key):
                yield Found(
                    place, f"{key.strip('$')}-changed", "wording", f"{brief(old.get(key))} → {brief(new.get(key))}"
                )
        for key in sorted({*old, *new} - {*_PASSED, *LOWER, *UPPER, *WORDING}):
            if old.get(key) != new.get(key):
                level: Level = "wording" if key.startswith("x-") else "breaking"
                yield Found(place, "schema-changed", level, f"{key} {brief(old.get(key))} → {brief(new.get(key))}")

    def _properties(self, old: Mapping[str, Any], new: Mapping[str, Any], place: str) -> Iterator[Found]:
        before, after = _mapping(old, "properties"), _mapping(new, "properties")
        needed, needs = set(old.get("required") or ()), set(new.get("required") or ())
        noun = "result field" if self._output else "parameter"
        for name in dict.fromkeys([*after, *before, *sorted(needed ^ needs)]):
            here = f"{place}.{name}" if place else name
            if name in before and name not in after:
                yield Found(here, "parameter-removed", "breaking", f"{noun} removed")
                continue
            if name in after and name not in before:
                yield self._added(here, noun, required=name in needs)
                continue
            if name in needs - needed:
                yield self._found(here, "parameter-required", "narrower", f"{noun} is now required")
            if name in needed - needs:
                yield self._found(here, "parameter-optional", "wider", f"{noun} is no longer required")
            if name in before:
                yield from self._schema(before[name], after[name], here)

    def _added(self, place: str, noun: str, *, required: bool) -> Found:
        if required and not self._output:
            return Found(place, "required-parameter-added", "breaking", f"required {noun} added")
        return Found(place, "parameter-added", "compatible", f"{noun if required else f'optional {noun}'} added")

    def _items(self, old: Mapping[str, Any], new: Mapping[str, Any], place: str) -> Iterator[Found]:
        before, after = old.get("items", True), new.get("items", True)
        if isinstance(before, dict) and isinstance(after, dict):
            yield from self._schema(before, after, f"{place}[]")
        elif before != after:
            way: Way = "narrower" if before is True else "wider" if after is True else "other"
            yield self._found(f"{place}[]", "items-changed", way, f"items {brief(before)} → {brief(after)}")

    def _additional(self, old: Mapping[str, Any], new: Mapping[str, Any], place: str) -> Iterator[Found]:
        before, after = (
            True if s.get("additionalProperties", True) == {} else s.get("additionalProperties", True)
            for s in (old, new)
        )
        if isinstance(before, dict) and isinstance(after, dict):
            yield from self._schema(before, after, f"{place}.*" if place else "*")
        elif before != after:
            way: Way = "narrower" if before is True or after is False else "wider"
            told = (
                "further properties are now refused" if after is False else "which further properties are taken changed"
            )
            yield self._found(
                place, "additional-properties", way, told if after is not True else "further properties are now taken"
            )

    def _found(self, place: str, kind: str, way: Way, told: str) -> Found:
        harmless: Way = "narrower" if self._output else "wider"
        return Found(place, kind, "compatible" if way == harmless else "breaking", told)


def _mapping(schema: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = schema.get(key)
    return found if isinstance(found, dict) else {}
