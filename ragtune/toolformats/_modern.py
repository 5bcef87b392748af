"""Schemas of older drafts, as JSON Schema 2020-12 writes them: what servers still send."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ragtune.toolformats._walking import place, rebuild

_BOUNDS = {"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"}
Told = Callable[[str, str], None]
"""Takes the place and what was done there."""


def modern(schema: Any, path: tuple[str, ...], told: Told) -> Any:
    """The same schema: draft 4's `exclusiveMinimum: true`, and lists of `items`, in today's words; a root has a type."""
    if not isinstance(schema, dict):
        return schema
    found = _root(schema, path, told) if len(path) == 1 else dict(schema)
    for word, bound in _BOUNDS.items():
        if isinstance(found.get(word), bool):
            told(place(*path, word), f"{word}: draft 4's true or false, written as a number")
            if found.pop(word) and bound in found:
                found[word] = found.pop(bound)
    if isinstance(found.get("items"), list):
        told(place(*path, "items"), "items: an older draft's list, written as prefixItems")
        found["prefixItems"] = found.pop("items")
        if "additionalItems" in found:
            found["items"] = found.pop("additionalItems")
    return rebuild(found, lambda step, inner: modern(inner, (*path, *step), told))


def _root(schema: dict[str, Any], path: tuple[str, ...], told: Told) -> dict[str, Any]:
    if "type" in schema:
        return dict(schema)
    told(place(*path, "type"), "type: was not said; added")
    return {"type": "object", **schema}
