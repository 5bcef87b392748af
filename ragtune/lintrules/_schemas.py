"""Walks through schemas that may be anything: no recursion without end, and nothing assumed of what is inside."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ragtune.lintrules import Path

MAX_DEPTH = 64
MAX_HOPS = 8
_BRANCHES = ("anyOf", "oneOf", "allOf", "prefixItems")
_ONE = ("items", "additionalProperties", "contains", "not", "if", "then", "else")
_NAMED = ("properties", "$defs", "definitions", "patternProperties", "dependentSchemas")
SCHEMA_KEYS = ("input_schema", "inputSchema", "parameters")
"""How files spell the schema of a tool's input."""
ANY_SCHEMA = (*SCHEMA_KEYS, "output_schema", "outputSchema")


@dataclass(frozen=True)
class At:
    """A schema inside a schema: how it is reached, how deep it is, and which keyword holds it.

    `label` is a parameter's path as people read it, `lines[].sku`; empty at the root.
    """

    path: Path
    label: str
    schema: Any
    holder: str = ""
    depth: int = 1
    key: str = ""

    @property
    def keywords(self) -> Mapping[str, Any]:
        """The schema's keywords; none where it is `true`, `false`, or no schema at all."""
        return self.schema if isinstance(self.schema, dict) else {}


def walk(schema: Any, *, root: Path = ("input_schema",), labelled: str = "") -> Iterator[At]:
    """The schema and all inside it, in the order of the file. Levels are those of properties and items."""
    yield from _walk(At(root, labelled, schema), 0)


def parameters(schema: Any) -> Iterator[At]:
    """All parameters: what `properties` hold, at any depth."""
    return (at for at in walk(schema) if at.holder == "properties")


def _walk(at: At, nested: int) -> Iterator[At]:
    yield at
    if nested >= MAX_DEPTH or not isinstance(at.schema, dict):
        return
    for holder, inner in at.schema.items():
        if holder in _NAMED and isinstance(inner, dict):
            for name, each in inner.items():
                label = f"{at.label}.{name}" if at.label else str(name)
                deeper = at.depth + (holder == "properties")
                yield from _walk(At((*at.path, holder, name), label, each, holder, deeper, str(name)), nested + 1)
        elif holder in _BRANCHES and isinstance(inner, list):
            for i, each in enumerate(inner):
                yield from _walk(At((*at.path, holder, i), at.label, each, holder, at.depth), nested + 1)
        elif holder in _ONE and isinstance(inner, dict):
            deeper = at.depth + (holder == "items")
            label = f"{at.label}[]" if holder == "items" else at.label
            yield from _walk(At((*at.path, holder), label, inner, holder, deeper), nested + 1)


def resolve(schema: Any, root: Any) -> Any:
    """What a schema stands for: its `$ref` within the document followed, as far as there is something."""
    for _ in range(MAX_HOPS):
        reference = schema.get("$ref") if isinstance(schema, dict) else None
        if not isinstance(reference, str) or not reference.startswith("#"):
            return schema
        target = root
        for part in reference[1:].split("/")[1:]:
            part = part.replace("~1", "/").replace("~0", "~")
            if not isinstance(target, dict) or part not in target:
                return schema
            target = target[part]
        schema = target
    return schema


def types(schema: Any) -> tuple[str, ...]:
    """The words of `type`."""
    found = schema.get("type") if isinstance(schema, dict) else None
    if isinstance(found, str):
        return (found,)
    return tuple(word for word in found if isinstance(word, str)) if isinstance(found, list) else ()


def type_of(value: Any) -> str:
    """JSON Schema's word for a value's type."""
    if value is None:
        return "null"
    for kind, word in ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string"), (dict, "object")):
        if isinstance(value, kind):
            return word
    return "array"


def followed_type(schema: Mapping[str, Any]) -> str | list[str] | None:
    """The type that other keywords leave no choice about; None where they do, or where one is there."""
    if any(key in schema for key in ("type", "$ref", "anyOf", "oneOf", "allOf", "not", "if")):
        return None
    values = schema.get("enum")
    if "const" in schema:
        values = [schema["const"]]
    if isinstance(values, list) and values:
        found = dict.fromkeys(type_of(value) for value in values)
        if "number" in found:
            found.pop("integer", None)
        return next(iter(found)) if len(found) == 1 else list(found)
    shape = _shape(schema)
    return None if "default" in schema and type_of(schema["default"]) != shape else shape


def _shape(schema: Mapping[str, Any]) -> str | None:
    if isinstance(schema.get("properties"), dict) and "items" not in schema:
        return "object"
    return "array" if isinstance(schema.get("items"), dict) and "properties" not in schema else None


def value_at(spec: Any, path: Path) -> Any:
    """What stands at a path; None where nothing does."""
    for part in path:
        within = isinstance(spec, list) and isinstance(part, int) and part < len(spec)
        if not within and not (isinstance(spec, dict) and part in spec):
            return None
        spec = spec[part]
    return spec


def schemas_of(spec: Mapping[str, Any], keys: tuple[str, ...] = SCHEMA_KEYS) -> Iterator[tuple[str, dict[str, Any]]]:
    """The schemas that a tool in a file has, with their keys."""
    for key in keys:
        if isinstance(spec.get(key), dict):
            yield key, spec[key]


def words(text: str) -> list[str]:
    """Words of a text or of a name: `getUser_byId` is get, user, by, id; letters of other scripts are pairs."""
    split = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", text).lower()
    found = re.findall(r"[^\W_]+", split)
    return [piece for word in found for piece in _pieces(word)]


def _pieces(word: str) -> list[str]:
    if word.isascii() or len(word) < 3 or not any("\u3040" <= c <= "\u9fff" or "\uac00" <= c <= "\ud7af" for c in word):
        return [word]
    return [word[i : i + 2] for i in range(len(word) - 1)]
