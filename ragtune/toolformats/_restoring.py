"""Arguments of a call on a written schema, as the tool itself takes them: names given back, nulls left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ragtune.toolformats._names import unique
from ragtune.toolformats._profiles import NameRule
from ragtune.toolformats._strict import accepts_null
from ragtune.toolformats._walking import follow

MAX_DEPTH = 64


def property_names(properties: Mapping[str, Any], rule: NameRule | None) -> dict[str, str]:
    """Name of a property -> the name it is written by."""
    return unique(((name, name) for name in properties), rule) if rule is not None else {n: n for n in properties}


def restore(
    schema: Mapping[str, Any], arguments: Mapping[str, Any], rule: NameRule | None, *, strict: bool
) -> dict[str, Any]:
    """The arguments that the original schema describes; `strict` says that null may stand for "not given"."""
    found = _restore(schema, dict(arguments), schema, rule, strict, 0)
    return found if isinstance(found, dict) else dict(arguments)


def _restore(schema: Any, value: Any, root: Any, rule: NameRule | None, strict: bool, depth: int) -> Any:
    if depth > MAX_DEPTH or not isinstance(value, dict | list):
        return value
    schema = _chosen(schema, value, root, rule, 0)
    if isinstance(value, list):
        items = schema.get("items")
        return [_restore(items, item, root, rule, strict, depth + 1) for item in value]
    properties = schema.get("properties")
    properties = properties if isinstance(properties, dict) else {}
    back = {written: name for name, written in property_names(properties, rule).items()}
    required = schema.get("required", ())
    found = {}
    for written, inner in value.items():
        name = back.get(written, written)
        own = properties.get(name)
        left_out = strict and inner is None and name in properties and name not in required and not accepts_null(own)
        if not left_out:
            found[name] = _restore(own, inner, root, rule, strict, depth + 1)
    return found


def _chosen(schema: Any, value: Any, root: Any, rule: NameRule | None, depth: int) -> Mapping[str, Any]:
    """The schema that a value is of: references followed, and of alternatives the one that knows most of its keys."""
    if not isinstance(schema, dict) or depth > MAX_DEPTH:
        return {}
    if isinstance(schema.get("$ref"), str):
        return _chosen(follow(root, schema["$ref"]), value, root, rule, depth + 1)
    branches = [
        _chosen(branch, value, root, rule, depth + 1)
        for word in ("anyOf", "oneOf", "allOf")
        if isinstance(schema.get(word), list)
        for branch in schema[word]
    ]
    if not branches or "properties" in schema or "items" in schema:
        return schema
    if isinstance(value, list):
        return next((branch for branch in branches if "items" in branch), {})

    def known(branch: Mapping[str, Any]) -> int:
        properties = branch.get("properties")
        names = property_names(properties, rule).values() if isinstance(properties, dict) else ()
        return len(set(names) & set(value))

    return max(branches, key=known)
