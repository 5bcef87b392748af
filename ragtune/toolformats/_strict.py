"""Makes a schema strict: every object closed, what a vendor does not take turned into text, optional into nullable."""

from __future__ import annotations

from typing import Any

from ragtune.toolformats._losses import Losses
from ragtune.toolformats._profiles import StrictRule
from ragtune.toolformats._strictness import check_strict, is_object
from ragtune.toolformats._walking import rebuild

_SHAPES = ("patternProperties", "prefixItems", "additionalItems", "dependentSchemas")
_Path = tuple[str, ...]


class NotStrict(Exception):  # noqa: N818 (no error: the tool is written another way)
    """Why a schema has no strict equivalent."""


def strict(schema: dict[str, Any], rule: StrictRule, losses: Losses) -> dict[str, Any]:
    """The schema, strict; NotStrict says why there is none, and nothing is added to the losses then."""
    kept = len(losses)
    try:
        found = _Strict(rule, losses).shape(schema, ("input_schema",))
        breaches = check_strict(rule, found)
        if breaches:
            raise NotStrict(" ".join(breaches[0]).strip())
    except NotStrict:
        del losses[kept:]
        raise
    return found


def accepts_null(schema: Any) -> bool:
    """Whether null is a right value already."""
    if not isinstance(schema, dict):
        return schema is True
    kind = schema.get("type")
    if kind == "null" or (isinstance(kind, list) and "null" in kind):
        return "enum" not in schema or None in schema["enum"]
    branches = schema.get("anyOf", schema.get("oneOf"))
    if isinstance(branches, list):
        return any(accepts_null(branch) for branch in branches)
    return kind is None and "$ref" not in schema and None in schema.get("enum", [schema.get("const")])


class _Strict:
    def __init__(self, rule: StrictRule, losses: Losses) -> None:
        self.rule = rule
        self.losses = losses

    def shape(self, schema: Any, path: _Path) -> dict[str, Any]:
        """A schema and all inside it."""
        if not isinstance(schema, dict) or not schema:
            raise NotStrict(f"{'/'.join(path)}: anything is allowed there")
        found = self._words(dict(schema), path)
        if is_object(found):
            self._close(found, path)
        if self.rule.needs_type and found.get("type") == "array" and not found.get("items"):
            raise NotStrict(f"{'/'.join(path)}: nothing is said of the items")
        optional = self._optional(found) if self.rule.all_required else []
        found = rebuild(found, lambda step, inner: self._inner(inner, (*path, *step), step))
        if optional:
            found["properties"] = {
                name: self._nullable(inner, (*path, "properties", name)) if name in optional else inner
                for name, inner in found["properties"].items()
            }
            found["required"] = list(found["properties"])
            self.losses.add(
                "required: strict mode asks for every parameter; null says that one is not given", *path, "required"
            )
        elif self.rule.all_required and is_object(found) and "required" not in found:
            found["required"] = []
            self.losses.add("required: added, empty", *path, "required")
        return found

    def _inner(self, inner: Any, path: _Path, step: _Path) -> Any:
        if step == ("additionalProperties",) and inner is False:
            return inner
        return self.shape(inner, path)

    def _words(self, found: dict[str, Any], path: _Path) -> dict[str, Any]:
        """Keywords that the vendor does not take, gone or rewritten."""
        for word in _SHAPES:
            if word in found and word not in self.rule.keywords:
                raise NotStrict(f"{'/'.join(path)}: {word} cannot be said")
        if "oneOf" in found and "anyOf" not in found:
            found["anyOf"] = found.pop("oneOf")
            self.losses.add("oneOf: written as anyOf", *path, "oneOf")
            self.losses.add("anyOf: stands for oneOf", *path, "anyOf")
        if "allOf" in found:
            raise NotStrict(f"{'/'.join(path)}: allOf cannot be said")
        if "$ref" in found and len(found) > 1 and self.rule.all_required:
            for word in [word for word in found if word not in ("$ref", "$defs", "definitions")]:
                del found[word]
                self.losses.add(f"{word}: not allowed beside $ref", *path, word)
        refused = {word for word in found if word not in self.rule.keywords}
        if "format" in found and found["format"] not in self.rule.formats:
            refused.add("format")
        least = found.get("minItems")
        if self.rule.max_min_items is not None and isinstance(least, int) and least > self.rule.max_min_items:
            refused.add("minItems")
        self.losses.fold(found, refused, path, "not taken in strict mode")
        return found

    def _close(self, found: dict[str, Any], path: _Path) -> None:
        """An object that takes no other properties than its own."""
        more = found.get("additionalProperties", True)
        if more is False:
            return
        if more not in (True, {}) or (not found.get("properties") and len(path) > 1):
            raise NotStrict(f"{'/'.join(path)}: an object of any properties")
        found["additionalProperties"] = False
        self.losses.add("additionalProperties: strict mode closes every object", *path, "additionalProperties")

    def _optional(self, found: dict[str, Any]) -> list[str]:
        properties, required = found.get("properties"), found.get("required", [])
        return [name for name in properties if name not in required] if isinstance(properties, dict) else []

    def _nullable(self, schema: dict[str, Any], path: _Path) -> dict[str, Any]:
        """The schema, and null with it."""
        if accepts_null(schema):
            return schema
        found = dict(schema)
        kind = found.get("type")
        if "anyOf" in found:
            found["anyOf"] = [*found["anyOf"], {"type": "null"}]
        elif kind is None or "const" in found:
            outside = {word: found.pop(word) for word in ("description",) if word in found}
            found = {"anyOf": [found, {"type": "null"}], **outside}
        else:
            found["type"] = [*dict.fromkeys((*(kind if isinstance(kind, list) else [kind]), "null"))]
            if None not in found.get("enum", [None]):
                found["enum"] = [*found["enum"], None]
        for word in {*schema, *found}:
            if schema.get(word) != found.get(word):
                self.losses.add(f"{word}: null added, for an optional parameter that is not given", *path, word)
        return found
