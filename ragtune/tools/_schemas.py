"""Input schemas are checked before anything reads them: JSON Schema 2020-12, one document, bounded, no network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ragtune.errors import Fault
from ragtune.tools._growing import listed
from ragtune.tools._keywords import Path, subschemas, wrong_names, wrong_values
from ragtune.tools._limits import MAX_ENUM, MAX_FAULTS, MAX_PATTERNS
from ragtune.tools._patterns import wrong_pattern
from ragtune.tools._refs import circle, is_recursive, target, too_large, wrong_refs
from ragtune.tools._values_of_json import BoundsError, wrong_json
from ragtune.yaml_tree import Node

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

_TOLD = {"title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "$comment"}

__all__ = ["check_schema", "is_recursive", "resolve", "validator"]


def check_schema(schema: Any, at: Node | None = None, name: str = "input_schema") -> list[Fault]:
    """Everything wrong with the schema of a tool's arguments (or of its result); an empty list where nothing is.

    It must be a JSON Schema 2020-12 of an object. Only `$ref` to a place in the same schema (`#/…`) is allowed; circles
    of them must pass through a property or an item. Depth, size (references followed), enums and regular expressions
    are bounded. Nothing is fetched, whatever the schema names.

    Args:
        schema: the schema as a plain value.
        at: where it stands, for lines and columns.
        name: what it is called in faults.
    """
    here = at or Node(None)
    faults = []
    for path, why in _wrong(schema):
        faults.append(_fault(here, path, f"{'.'.join([name, *map(str, path)])[:200]}: {why}"))
        if len(faults) > MAX_FAULTS:
            break
    return faults


def _wrong(schema: Any) -> Iterator[tuple[Path, str]]:
    if not isinstance(schema, dict):
        yield (), "must be a mapping, the schema of an object"
        return
    try:
        broken = list(wrong_json(schema))
    except BoundsError as error:
        yield error.path, error.what
        return
    yield from broken
    if broken:
        return
    if schema.get("type") != "object":
        yield ("type",) if "type" in schema else (), "must say `type: object`"
    places: dict[int, Path] = {}
    found = list(_walk(schema, places))
    yield from found
    if not any(path[-1:] == ("$ref",) for path, _ in found):
        endless = circle(schema, places)
        if endless:
            yield endless
            return
        large = too_large(schema)
        if large:
            yield (), large


def _walk(root: dict[str, Any], places: dict[int, Path]) -> Iterator[tuple[Path, str]]:
    """What is wrong with each schema by itself; fills in where each stands, those that are referred to as well."""
    left: list[tuple[Path, Any]] = [((), root)]
    patterns: set[str] = set()
    while left:
        path, schema = left.pop()
        if isinstance(schema, bool):
            continue
        if not isinstance(schema, dict):
            yield path, "must be a schema: a mapping, true or false"
            continue
        if id(schema) in places:
            continue
        places[id(schema)] = path
        yield from (((*path, *inner), why) for inner, why in (*wrong_values(schema), *wrong_names(schema)))
        yield from wrong_refs(root, path, schema)
        patterns |= _patterns(schema)
        if sum(map(len, patterns)) > MAX_PATTERNS:
            yield path, f"brings the regular expressions to more than {MAX_PATTERNS:,} characters"
            return
        yield from (((*path, *inner), why) for inner, why in _costly(schema))
        left.extend(
            reversed(
                [
                    ((*path, *inner), value)
                    for inner, value in subschemas(schema)
                    if inner != ("items",) or not isinstance(value, list)
                ]
            )
        )
        if isinstance(schema.get("$ref"), str) and schema["$ref"].startswith("#/"):
            left.extend(_referred(root, schema["$ref"]))


def _referred(root: dict[str, Any], ref: str) -> Iterator[tuple[Path, Any]]:
    """What a reference stands for, which need not be where schemas are; what it names is checked all the same."""
    try:
        found = target(root, ref)
    except KeyError:
        return
    if isinstance(found, dict):
        yield tuple(ref.removeprefix("#/").split("/")), found


def _patterns(schema: dict[str, Any]) -> set[str]:
    named = schema.get("patternProperties")
    own = schema.get("pattern")
    return {*(named if isinstance(named, dict) else ()), *((own,) if isinstance(own, str) else ())}


def _costly(schema: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """Values that would cost too much to check by."""
    enum = schema.get("enum")
    if isinstance(enum, list) and len(enum) > MAX_ENUM:
        yield ("enum",), f"has {len(enum):,} values; at most {MAX_ENUM:,} are allowed"
    if "pattern" in schema:
        pattern = schema["pattern"]
        why = wrong_pattern(pattern) if isinstance(pattern, str) else "must be a text"
        if why:
            yield ("pattern",), why
    patterns = schema.get("patternProperties")
    for pattern in patterns if isinstance(patterns, dict) else ():
        why = wrong_pattern(pattern)
        if why:
            yield ("patternProperties", pattern), why


def _fault(at: Node, path: Path, message: str) -> Fault:
    """A fault at the place of a path, or of the nearest part of it that is there."""
    for i, key in enumerate(path):
        inner = None
        if isinstance(at.value, dict):
            inner = at.value.get(str(key))
        elif isinstance(at.value, list) and isinstance(key, int) and key < len(at.value):
            inner = at.value[key]
        if inner is None:
            return at.fault(message)
        if i == len(path) - 1 and isinstance(at.value, dict):
            return at.key_fault(str(key), message)
        at = inner
    return at.fault(message)


def validator(schema: Mapping[str, Any]) -> Draft202012Validator:
    """A validator of arguments by a schema; InputError where the schema is not sound. It retrieves nothing, ever."""
    from jsonschema import Draft202012Validator
    from referencing import Registry

    _sound(schema)
    bare = {key: value for key, value in schema.items() if key not in ("$id", "$schema")}
    empty: Any = Registry()
    return Draft202012Validator(bare, registry=empty)


def _sound(schema: Any) -> dict[str, Any]:
    plain = dict(schema) if isinstance(schema, Mapping) else schema
    faults = check_schema(plain)
    if faults:
        raise listed(faults)
    assert isinstance(plain, dict)
    return plain


def resolve(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema with every reference replaced by what it stands for, and without `$defs` where none is left.

    A description, title or default beside a reference wins over what it refers to; where both say something of values,
    both hold (`allOf`). A reference to something that it stands inside of stays as it is, and so do the definitions
    then: see `is_recursive`.

    Raises:
        InputError: the schema is not sound, or its references stand for too much.
    """
    root = _sound(schema)
    found = _resolved(root, root, (id(root),))
    assert isinstance(found, dict)
    if not is_recursive(root):
        found = {key: value for key, value in found.items() if key not in ("$defs", "definitions")}
    return found


def _resolved(root: dict[str, Any], schema: Any, inside: tuple[int, ...]) -> Any:
    if not isinstance(schema, dict):
        return schema
    ref = schema.get("$ref")
    if isinstance(ref, str):
        meant = target(root, ref)
        if id(meant) in inside:
            return schema
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        within = (*inside, id(meant))
        if isinstance(meant, dict) and not (set(meant) & set(beside)) - _TOLD:
            return _resolved(root, {**meant, **beside}, within)
        both = [_resolved(root, meant, within), *beside.get("allOf", ())]
        return _resolved(root, {**beside, "allOf": both}, inside) if beside else meant
    found = dict(schema)
    for path, value in subschemas(schema):
        inner = _resolved(root, value, (*inside, id(value)) if isinstance(value, dict) else inside)
        if len(path) == 1:
            found[str(path[0])] = inner
        else:
            key, part = path
            box = found[str(key)]
            if box is schema[str(key)]:
                box = found[str(key)] = list(box) if isinstance(box, list) else dict(box)
            box[part] = inner
    return found
