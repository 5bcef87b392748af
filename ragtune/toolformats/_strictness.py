"""Whether a schema holds to what a vendor asks of calls that are held to the schema ("strict")."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ragtune.toolformats._profiles import StrictRule
from ragtune.toolformats._walking import DEFINITIONS, Schema, place, walk
from ragtune.tools import is_recursive


def check_strict(rule: StrictRule, schema: Schema) -> list[tuple[str, str]]:
    """Place and rule of everything in a schema that is not strict."""
    found = []
    for path, node in walk(schema):
        found += [(place(*path, word), told) for word, told in _node(rule, node)]
    found += [("", told) for told in _size(rule, schema)]
    if not rule.recursion and is_recursive(dict(schema)):
        found.append(("", "must not refer to itself"))
    return found


def check_totals(rule: StrictRule, schemas: Sequence[Schema]) -> list[str]:
    """Limits on all strict tools of a request together."""
    found = []
    counts = [totals(schema) for schema in schemas]
    optional, unions = sum(count[0] for count in counts), sum(count[1] for count in counts)
    for what, count, most in (
        ("strict tools", len(schemas), rule.max_tools),
        ("optional parameters", optional, rule.max_optional),
        ("parameters of more than one type", unions, rule.max_unions),
    ):
        if most is not None and count > most:
            found.append(f"{count:,} {what} are more than the {most} of one request")
    return found


def totals(schema: Schema) -> tuple[int, int]:
    """Optional parameters, and parameters of more than one type."""
    optional = unions = 0
    for _, node in walk(schema):
        properties = _properties(node)
        optional += len(set(properties) - set(_required(node)))
        unions += sum(
            isinstance(p, dict) and ("anyOf" in p or isinstance(p.get("type"), list)) for p in properties.values()
        )
    return optional, unions


def _node(rule: StrictRule, node: Schema) -> Iterator[tuple[str, str]]:
    for word in node:
        if word not in rule.keywords:
            yield word, "is not allowed in strict mode"
    if "format" in node and node["format"] not in rule.formats:
        yield "format", f"must be one of {', '.join(sorted(rule.formats))}"
    least = node.get("minItems")
    if rule.max_min_items is not None and isinstance(least, int) and least > rule.max_min_items:
        yield "minItems", f"must be at most {rule.max_min_items}"
    if is_object(node):
        if node.get("additionalProperties") is not False:
            yield "additionalProperties", "must be false"
        if rule.all_required and set(_properties(node)) != set(_required(node)):
            yield "required", "must name every property"
    if rule.needs_type and not {"type", "$ref", "anyOf", "enum", "const"} & set(node):
        yield "type", "is required"


def _size(rule: StrictRule, schema: Schema) -> Iterator[str]:
    """Breaches of the limits on a schema as a whole."""
    depth = properties = values = characters = 0
    for path, node in walk(schema):
        inner, enum = _properties(node), _enum(node)
        depth = max(depth, sum(step == "properties" for step in path[::2]) + is_object(node))
        properties += len(inner)
        values += len(enum)
        texts = sum(len(value) for value in enum if isinstance(value, str))
        const = node.get("const")
        names = [name for word in DEFINITIONS if isinstance(node.get(word), dict) for name in node[word]]
        characters += texts + sum(map(len, [*inner, *names])) + (len(const) if isinstance(const, str) else 0)
        large = rule.large_enum_characters
        if (
            rule.large_enum_values is not None
            and large is not None
            and len(enum) > rule.large_enum_values
            and texts > large
        ):
            yield f"an enum of {len(enum)} values has {texts:,} characters, more than {large:,}"
    for what, count, most in (
        ("nested objects", depth, rule.max_depth),
        ("properties", properties, rule.max_properties),
        ("enum values", values, rule.max_enum_values),
        ("characters of names and enum values", characters, rule.max_characters),
    ):
        if most is not None and count > most:
            yield f"{count:,} {what} are more than {most:,}"


def is_object(node: Schema) -> bool:
    """Whether a schema is of objects."""
    kind = node.get("type")
    return kind == "object" or (isinstance(kind, list) and "object" in kind) or (kind is None and "properties" in node)


def _properties(node: Schema) -> dict[str, Any]:
    found = node.get("properties")
    return found if isinstance(found, dict) else {}


def _required(node: Schema) -> list[str]:
    found = node.get("required")
    return [name for name in found if isinstance(name, str)] if isinstance(found, list) else []


def _enum(node: Schema) -> list[Any]:
    found = node.get("enum")
    return found if isinstance(found, list) else []
