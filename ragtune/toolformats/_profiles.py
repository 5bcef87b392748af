"""Rules that vendors publish for tools, kept as dated data in `profiles/`, and the check of a payload against them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict

from ragtune.errors import InputError, suggest
from ragtune.toolformats._walking import place, walk


class NameRule(BaseModel):
    """What a name may look like: a pattern for the whole of it, and its greatest length."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pattern: str
    characters: int

    def matches(self, name: str) -> bool:
        """Whether it has the right characters, however many."""
        return re.fullmatch(self.pattern, name) is not None

    def allows(self, name: str) -> bool:
        """Whether the vendor takes the name."""
        return len(name) <= self.characters and self.matches(name)


class StrictRule(BaseModel):
    """What a schema must hold to for calls that are held to the schema; None sets no limit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    keywords: frozenset[str]
    formats: frozenset[str]
    all_required: bool
    recursion: bool
    needs_type: bool = False
    max_min_items: int | None = None
    max_depth: int | None = None
    max_properties: int | None = None
    max_enum_values: int | None = None
    max_characters: int | None = None
    large_enum_values: int | None = None
    large_enum_characters: int | None = None
    max_tools: int | None = None
    max_optional: int | None = None
    max_unions: int | None = None


class Profile(BaseModel):
    """A vendor's published rules as of a date; `version` goes up when the data changes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    version: int
    date: str
    source: tuple[str, ...]
    notes: str = ""
    name: NameRule
    property: NameRule | None = None
    max_tools: int | None = None
    description_required: bool = False
    root_refuses: tuple[str, ...] = ()
    array_needs_items: bool = False
    enum_of_strings: bool = False
    types: tuple[str, ...] = ()
    keywords: frozenset[str] = frozenset()
    strict: StrictRule | None = None


class Declared(NamedTuple):
    """A tool as a payload declares it."""

    name: str
    description: str
    schema: Mapping[str, Any] | None
    strict: bool = False


class Breach(NamedTuple):
    """A rule that a payload breaks: the tool's name, the place in its schema, and the rule."""

    tool: str
    place: str
    rule: str


@cache
def profile(name: str) -> Profile:
    """The rules of a format; InputError where it has none."""
    folder = files("ragtune.toolformats") / "profiles"
    known = sorted(entry.name.removesuffix(".json") for entry in folder.iterdir() if entry.name.endswith(".json"))
    if name not in known:
        raise InputError(f"there are no published rules for '{name}'{suggest(name, known)}")
    return Profile.model_validate_json((folder / f"{name}.json").read_text(encoding="utf-8"))


def check(rules: Profile, tools: Sequence[Declared]) -> list[Breach]:
    """Every rule that the declared tools break."""
    from ragtune.toolformats._strictness import check_strict, check_totals

    found = [Breach("", "", rule) for rule in _together(rules, tools)]
    for tool in tools:
        found += [Breach(tool.name, *breach) for breach in _alone(rules, tool)]
        if tool.strict and rules.strict is not None and tool.schema is not None:
            found += [Breach(tool.name, *breach) for breach in check_strict(rules.strict, tool.schema)]
    if rules.strict is not None:
        schemas = [tool.schema for tool in tools if tool.strict and tool.schema is not None]
        found += [Breach("", "", rule) for rule in check_totals(rules.strict, schemas)]
    return found


def _together(rules: Profile, tools: Sequence[Declared]) -> Iterator[str]:
    if rules.max_tools is not None and len(tools) > rules.max_tools:
        yield f"{len(tools):,} tools are more than the {rules.max_tools} of one request"
    names = [tool.name for tool in tools]
    for name in sorted({name for name in names if names.count(name) > 1} if len(set(names)) < len(names) else ()):
        yield f"more than one tool is named '{name}'"


def _alone(rules: Profile, tool: Declared) -> Iterator[tuple[str, str]]:
    """Place and rule of every breach of a tool that has nothing to do with strictness."""
    if not rules.name.allows(tool.name):
        yield "name", f"must match {rules.name.pattern} in at most {rules.name.characters} characters"
    if rules.description_required and not tool.description:
        yield "description", "is required"
    if tool.schema is None:
        return
    if str(tool.schema.get("type")).lower() != "object":
        yield "type", "the root must be an object"
    for word in rules.root_refuses:
        if word in tool.schema:
            yield word, "is not allowed at the root"
    for path, schema in walk(tool.schema):
        for word, rule in _node(rules, schema):
            yield place(*path, word), rule


def _node(rules: Profile, schema: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Keyword and rule of every breach in a schema, but for the schemas inside it."""
    for word in schema if rules.keywords else ():
        if word not in rules.keywords:
            yield word, "is no keyword of this vendor's"
    if rules.types and "type" in schema and schema["type"] not in rules.types:
        yield "type", f"must be one of {', '.join(rules.types)}"
    if rules.types and "type" not in schema and "anyOf" not in schema:
        yield "type", "is required"
    if rules.array_needs_items and str(schema.get("type")).lower() == "array" and "items" not in schema:
        yield "items", "an array must say what its items are"
    if rules.enum_of_strings and not all(isinstance(value, str) for value in schema.get("enum", ())):
        yield "enum", "values must be texts"
    properties = schema.get("properties")
    for name in properties if isinstance(properties, dict) and rules.property is not None else ():
        if rules.property is not None and not rules.property.allows(name):
            yield (
                place("properties", name),
                f"a parameter's name must match {rules.property.pattern} in at most {rules.property.characters} characters",
            )
