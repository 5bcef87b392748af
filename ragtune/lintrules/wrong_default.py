"""RT209: a default that its own schema forbids."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ragtune.component import register
from ragtune.lintrules import LintRule, Path
from ragtune.lintrules._schemas import MAX_DEPTH, followed_type, resolve, type_of, types, walk
from ragtune.tools import Tool

BOUNDS: dict[type, tuple[str, str]] = {
    int: ("minimum", "maximum"),
    float: ("minimum", "maximum"),
    str: ("minLength", "maxLength"),
    list: ("minItems", "maxItems"),
}


@register
class WrongDefault(LintRule):
    """A default does not fit its schema: its type, `enum`, `const`, bounds, lengths, or every branch of `anyOf`.

    Patterns and formats are not tried. Source: JSON Schema 2020-12 Validation, 9.2 "default".
    """

    code = "RT209"
    bad = (
        {"name": "sort", "input_schema": {"properties": {"by": {"enum": ["name", "date"], "default": "size"}}}},
        {"name": "page", "input_schema": {"properties": {"size": {"type": "integer", "default": "20"}}}},
    )
    good = (
        {"name": "sort", "input_schema": {"properties": {"by": {"enum": ["name", "date"], "default": "date"}}}},
        {"name": "page", "input_schema": {"properties": {"size": {"type": "integer", "default": 20}}}},
    )

    def check_tool(self, tool: Tool) -> Iterator[tuple[Path, str]]:
        """A finding at each such default."""
        for at in walk(tool.input_schema):
            if "default" in at.keywords:
                why = _why_not(at.keywords["default"], at.keywords, tool.input_schema)
                if why:
                    yield (*at.path, "default"), f"the default of '{at.label}' {why}"


def _why_not(value: Any, schema: Any, root: Any, depth: int = 0) -> str:
    """Why a value does not fit; empty where it does, or where it cannot be told."""
    schema = resolve(schema, root)
    if schema is False:
        return "fits nothing"
    if not isinstance(schema, dict) or depth > MAX_DEPTH:
        return ""
    follows = followed_type(schema) or ()
    allowed = types(schema) or ((follows,) if isinstance(follows, str) else tuple(follows))
    if allowed and not _names(value) & set(allowed):
        return f"is {_article(type_of(value))}, not {_article(allowed[0])}"
    if isinstance(schema.get("enum"), list) and not any(_equal(value, each) for each in schema["enum"]):
        return "is not in its enum"
    if "const" in schema and not _equal(value, schema["const"]):
        return "is not its const"
    return _bounds(value, schema) or _inside(value, schema, root, depth)


def _names(value: Any) -> set[str]:
    """All types that a value has: a whole number is an integer and a number."""
    found = {type_of(value)}
    if found & {"integer", "number"}:
        found |= {"number"} | ({"integer"} if value == value // 1 else set())
    return found


def _bounds(value: Any, schema: dict[str, Any]) -> str:
    kind = next((kind for kind in BOUNDS if isinstance(value, kind)), None)
    if isinstance(value, bool) or kind is None:
        return ""
    size = value if isinstance(value, int | float) else len(value)
    for key, sign in zip(BOUNDS[kind], (1, -1), strict=True):
        limit = schema.get(key)
        if isinstance(limit, int | float) and not isinstance(limit, bool) and sign * size < sign * limit:
            return f"is against `{key}: {limit}`"
    return ""


def _inside(value: Any, schema: dict[str, Any], root: Any, depth: int) -> str:
    for key in ("anyOf", "oneOf"):
        branches = schema.get(key)
        if isinstance(branches, list) and branches and all(_why_not(value, b, root, depth + 1) for b in branches):
            return f"fits no branch of its {key}"
    if isinstance(value, list) and isinstance(schema.get("items"), dict) and "prefixItems" not in schema:
        for item in value:
            if why := _why_not(item, schema["items"], root, depth + 1):
                return f"has an item that {why}"
    return ""


def _equal(a: Any, b: Any) -> bool:
    return isinstance(a, bool) == isinstance(b, bool) and bool(a == b)


def _article(word: str) -> str:
    return word if word == "null" else f"{'an' if word[0] in 'aio' else 'a'} {word}"
