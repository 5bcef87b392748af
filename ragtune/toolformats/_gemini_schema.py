"""Gemini's Schema, a subset of OpenAPI 3.0's: what is beyond it becomes text, or the nearest thing that it can say."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ragtune.toolformats._losses import Losses
from ragtune.toolformats._names import unique
from ragtune.toolformats._profiles import NameRule
from ragtune.toolformats._strict_tools import rename_properties
from ragtune.toolformats._walking import DEFINITIONS, rebuild, walk
from ragtune.tools import resolve

_Path = tuple[str, ...]
_PLAIN = frozenset({"description", "title", "default"})
"""What may stand beside anyOf."""


def shape(schema: dict[str, Any], keywords: Collection[str], rule: NameRule | None, losses: Losses) -> dict[str, Any]:
    """A JSON Schema that `encode` can write, and that `decode` gives back."""
    for path, node in walk(schema, ("input_schema",)):
        if "$ref" in node and not set(path) & set(DEFINITIONS):
            losses.add(f"{str(node['$ref'])[:80]}: replaced by what it stands for", *path)
    if any("$ref" in node for _, node in walk(schema)):
        before = schema
        schema = resolve(schema)
        losses.changed(before, {w: v for w, v in schema.items() if w not in DEFINITIONS}, ("input_schema",), "resolved")
    return _Shaper(keywords, rule, losses).shape(schema, ("input_schema",))


class _Shaper:
    def __init__(self, keywords: Collection[str], rule: NameRule | None, losses: Losses) -> None:
        self.keywords = keywords
        self.rule = rule
        self.losses = losses

    def shape(self, schema: Any, path: _Path) -> dict[str, Any]:
        """A schema and all inside it."""
        if not isinstance(schema, dict):
            self.losses.add("a schema that is true or false: any text", *path)
            return {"type": "string"}
        found = {word: value for word, value in schema.items() if word not in ("$ref", *DEFINITIONS)}
        found = self._joined(found)
        found = self._typed(found)
        found = self._plain_types(found)
        found = self._values(found)
        self.losses.changed(schema, found, path, "no such thing in Gemini's schema")
        extra = {"minProperties", "maxProperties"} if found.get("type") == "string" else set()
        refused = {word for word in found if word not in self.keywords or word in extra}
        if not all(isinstance(value, str) and value for value in found.get("enum", ())):
            refused.add("enum")
        if "anyOf" in found:
            refused |= set(found) - _PLAIN - {"anyOf"}
        self.losses.fold(found, refused, path, "not taken")
        found = rebuild(found, lambda step, inner: self.shape(inner, (*path, *step)))
        properties = found.get("properties")
        if isinstance(properties, dict) and self.rule is not None:
            names = unique(((name, name) for name in properties), self.rule)
            found = rename_properties(found, names, path, self.losses)
        return found

    def _joined(self, found: dict[str, Any]) -> dict[str, Any]:
        """Without oneOf and allOf, and without an anyOf that only says that null is right."""
        if isinstance(found.get("allOf"), list):
            parts = [part for part in found.pop("allOf") if isinstance(part, dict)]
            for part in parts:
                found = _both(found, part)
        if "oneOf" in found and "anyOf" not in found:
            found["anyOf"] = found.pop("oneOf")
        branches = found.get("anyOf")
        if isinstance(branches, list):
            rest = [branch for branch in branches if not (isinstance(branch, dict) and branch.get("type") == "null")]
            if len(rest) == 1 and isinstance(rest[0], dict) and "$ref" not in rest[0]:
                inner = self._joined(dict(rest[0]))
                kind = inner.get("type")
                if len(rest) == len(branches) or (isinstance(kind, str) and kind != "null"):
                    merged = {**inner, **{word: value for word, value in found.items() if word != "anyOf"}}
                    return {**merged, "type": [kind, "null"]} if len(rest) < len(branches) else merged
        return found

    def _typed(self, found: dict[str, Any]) -> dict[str, Any]:
        """With a type, which Gemini asks for."""
        if "type" not in found and "anyOf" not in found:
            enum = found.get("enum", [found["const"]] if "const" in found else [])
            kinds = {_KINDS.get(type(value), "string") for value in enum if value is not None}
            kind = "object" if "properties" in found else "array" if "items" in found else "string"
            found = {**found, "type": kinds.pop() if len(kinds) == 1 else kind}
        return found

    def _plain_types(self, found: dict[str, Any]) -> dict[str, Any]:
        """Lists of types as one that may be null, or as alternatives."""
        kinds = found.get("type")
        if not isinstance(kinds, list):
            return found
        others = [kind for kind in kinds if kind != "null"]
        if len(others) == 1:
            return {**found, "type": [others[0], "null"] if "null" in kinds else others[0]}
        rest = {word: value for word, value in found.items() if word not in ("type", *_PLAIN)}
        kept = {word: value for word, value in found.items() if word in _PLAIN}
        belongs = {"array": ("items", "minItems", "maxItems"), "object": ("properties", "required")}
        branches = [{"type": k, **{w: rest[w] for w in belongs.get(k, ()) if w in rest}} for k in kinds]
        moved = {word for words in belongs.values() for word in words}
        return {**kept, "anyOf": branches, **{word: value for word, value in rest.items() if word not in moved}}

    def _values(self, found: dict[str, Any]) -> dict[str, Any]:
        """Enums of texts only, arrays that say what is in them, and required parameters that there are."""
        if isinstance(found.get("const"), str) and found["const"]:
            found = {
                ("enum" if w == "const" else w): ([v] if w == "const" else v) for w, v in found.items() if w != "enum"
            }
        enum = found.get("enum")
        if isinstance(enum, list):
            texts = [value for value in enum if value not in ("", None)]
            if texts and all(isinstance(value, str) for value in texts):
                found = {**found, "enum": texts}
        kind = found.get("type")
        if kind in ("array", ["array", "null"]):
            items = found.get("items", (found.get("prefixItems") or [{"type": "string"}])[:1])
            found = {
                **found,
                "items": (items[0] if items else {"type": "string"}) if isinstance(items, list) else items,
            }
        required, properties = found.get("required"), found.get("properties", {})
        if isinstance(required, list) and isinstance(properties, dict):
            found = {**found, "required": [name for name in required if name in properties]}
        return found


_KINDS = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}


def _both(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Both of two schemas, as nearly as can be said without allOf."""
    found = {**other, **one}
    if isinstance(one.get("properties"), dict) and isinstance(other.get("properties"), dict):
        found["properties"] = {**other["properties"], **one["properties"]}
    required = [*one.get("required", ()), *other.get("required", ())]
    if required:
        found["required"] = list(dict.fromkeys(required))
    return found


def encode(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A shaped schema in Gemini's words: types in capitals, `nullable`."""
    found = rebuild(schema, lambda _, inner: encode(inner))
    kind = found.get("type")
    if isinstance(kind, list):
        found["type"] = str(kind[0]).upper()
        found["nullable"] = True
    elif isinstance(kind, str):
        found["type"] = kind.upper()
    return found


def decode(schema: Any) -> Any:
    """Gemini's words as JSON Schema."""
    if not isinstance(schema, dict):
        return schema
    found = rebuild(schema, lambda _, inner: decode(inner))
    kind = found.get("type")
    if isinstance(kind, str):
        found["type"] = kind.lower()
        if found.pop("nullable", False) is True:
            found["type"] = [kind.lower(), "null"]
    for word in ("minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties"):
        if isinstance(found.get(word), str) and found[word].isdecimal():
            found[word] = int(found[word])
    if "example" in found:
        found["examples"] = [found.pop("example")]
    found.pop("propertyOrdering", None)
    return found
