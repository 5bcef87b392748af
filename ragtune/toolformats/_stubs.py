"""A tool as a Python function without a body: its schema as type hints, its texts as a docstring."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Mapping
from typing import Any

from ragtune.toolformats._docstrings import parse
from ragtune.toolformats._names import unique
from ragtune.toolformats._profiles import NameRule

HEADER = "from __future__ import annotations\n\nfrom typing import Annotated, Any, Literal\n\n" + (
    "from pydantic import Field, WithJsonSchema\n\n_UNSET: Any = object()\n"
)
_TAKEN = {*keyword.kwlist, *dir(builtins), "self", "cls", "annotations", "Annotated", "Any", "Literal", "Field"}
_TAKEN |= {"WithJsonSchema", "_UNSET"}
IDENTIFIER = NameRule(
    pattern=rf"(?!(?:{'|'.join(sorted(map(re.escape, _TAKEN)))})$)[A-Za-z_][A-Za-z0-9_]*", characters=200
)
"""What a function and its parameters may be called: nothing that the module needs itself."""

_PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
_NEAREST = {**_PLAIN, "array": "list[Any]", "object": "dict[str, Any]"}


def stub(name: str, description: str, schema: Mapping[str, Any]) -> str:
    """The source of a function; `schema` has no references. What cannot be said is left out."""
    properties = schema.get("properties")
    properties = properties if isinstance(properties, dict) else {}
    required = schema.get("required")
    required = required if isinstance(required, list) else []
    names = unique(((key, key) for key in properties), IDENTIFIER)
    told = {names[key]: _description(inner) for key, inner in properties.items() if _description(inner)}
    docstring = _docstring(description, told)
    read = parse(docstring)[1]
    lines = [
        _parameter(names[key], inner, needed=key in required, told=names[key] in read and read[names[key]])
        for key, inner in properties.items()
    ]
    if schema.get("additionalProperties") is True:
        lines.append("**more: Any,")
    keyed = ["*,", *lines] if properties else lines
    signature = "\n    ".join(["(", *keyed]) + "\n)" if keyed else "()"
    return f"def {name}{signature} -> Any:\n    {_literal(docstring)}\n    raise NotImplementedError\n"


def _description(schema: Any) -> str:
    told = schema.get("description") if isinstance(schema, dict) else None
    return told if isinstance(told, str) else ""


def _docstring(description: str, told: Mapping[str, str]) -> str:
    """Google's way, which `parse` reads; descriptions that would not be read as they are go into the hints."""
    said = {name: text for name, text in told.items() if parse(_google("", {name: text})) == ("", {name: text})}
    return _google(description, said)


def _google(description: str, told: Mapping[str, str]) -> str:
    if not told:
        return description
    section = "".join(f"\n    {name}: {text}" for name, text in told.items())
    return f"{description}\n\nArgs:{section}" if description else f"\nArgs:{section}"


def _literal(docstring: str) -> str:
    """Indented in three quotes where that is safe."""
    plain = all(character == "\n" or character.isprintable() for character in docstring)
    if not plain or "\\" in docstring or '"""' in docstring or docstring.endswith('"'):
        return repr(docstring)
    lines = docstring.split("\n")
    text = "\n".join([lines[0], *(f"    {line}" if line else "" for line in lines[1:])])
    return f'"""{text}{chr(10) + "    " if len(lines) > 1 else ""}"""'


def _parameter(name: str, schema: Any, *, needed: bool, told: str | bool) -> str:
    inner = dict(schema) if isinstance(schema, dict) else {}
    marks = []
    description = inner.pop("description", None)
    default = "" if needed else " = _UNSET"
    if "default" in inner and not needed:
        default = f" = {inner.pop('default')!r}"
    hint, exact = _hint(inner)
    if not exact:
        marks.append(f"WithJsonSchema({inner!r})")
    if isinstance(description, str) and told != description:
        marks.append(f"Field(description={description!r})")
    marked = f"Annotated[{', '.join([hint, *marks])}]" if marks else hint
    return f"{name}: {marked}{default},"


def _hint(schema: Any) -> tuple[str, bool]:
    """The nearest type, and whether it says all of the schema."""
    if not isinstance(schema, dict):
        return "Any", False
    kind = schema.get("type")
    if not schema:
        return "Any", True
    if set(schema) == {"type"} and isinstance(kind, str) and kind in _PLAIN:
        return _PLAIN[kind], True
    if kind == "array" and "items" in schema:
        items, exact = _hint(schema["items"])
        return f"list[{items}]", exact and set(schema) == {"type", "items"}
    values = schema.get("enum")
    if kind == "string" and isinstance(values, list) and values and all(isinstance(value, str) for value in values):
        exact = set(schema) == {"type", "enum"} and len(set(values)) == len(values) > 1
        return f"Literal[{', '.join(map(repr, values))}]", exact
    return (_NEAREST.get(kind, "Any") if isinstance(kind, str) else "Any"), False
