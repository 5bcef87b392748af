"""What there is to choose from: every registered component with its knobs, told by the code itself."""

from __future__ import annotations

import ast
import inspect
import itertools
import re
import textwrap
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from ragtune.component import Component, find, words
from ragtune.spelling import write

KINDS = (
    "chunker", "embedder", "retriever", "reranker", "context", "prompt", "fewshot", "generator", "tokenizer", "metric",
    "dataset", "simulator", "edit", "selector", "caller", "toolformat", "caseformat", "toolsimulator", "lintrule",
)  # fmt: skip
_UNITS = {
    "tokens": "tokens", "characters": "characters", "bytes": "bytes", "ms": "milliseconds", "s": "seconds", "usd": "USD",
}  # fmt: skip
_SOURCE = re.compile(r"\bSource: (.+?)[.,]?$", re.MULTILINE)
_CITED = re.compile(r"\(([A-Z](?:[^()]|\([^()]*\))*?\b(?:19|20)\d\d)\)")
OWN = "ragtune"
"""The source of what was not taken from anywhere."""


@dataclass(frozen=True)
class Knob:
    """One knob: its type in words, its default as it is spelled, its unit where its name says one, what it does."""

    name: str
    type: str
    default: str
    unit: str
    what: str


@dataclass(frozen=True)
class Entry:
    """One component: its word, what it is in a line, its knobs, the extra it needs and the source it cites."""

    kind: str
    name: str
    what: str
    description: str
    extra: str
    source: str
    knobs: tuple[Knob, ...]


def entries(kind: str | None = None) -> Iterator[Entry]:
    """All components, or those of one kind, by kind and word."""
    for each in KINDS if kind is None else (kind,):
        for word in words(each):
            yield entry(find(each, word))


def entry(cls: type[Component]) -> Entry:
    """What one component's code says of it."""
    text = inspect.getdoc(cls) or ""
    first = " ".join(text.split("\n\n")[0].split())
    sources = dict.fromkeys([*_CITED.findall(" ".join(text.split())), *_SOURCE.findall(text)])
    told = _told(cls)
    knobs = tuple(_knob(name, field, told.get(name, "")) for name, field in cls.model_fields.items())
    return Entry(cls.kind, cls.name, first, text, cls.extra, "; ".join(sources) or OWN, knobs)


def markdown() -> str:
    """The page of all components."""
    lines = [
        "# Components", "",
        "Every word that a configuration may name, as `ragtune components` prints it. This page is made from the code:",
        "`ragtune components --markdown > docs/components.md`.", "",
    ]  # fmt: skip
    for kind in KINDS:
        found = list(entries(kind))
        lines += [f"## {kind}", "", "| name | what | knobs | extra | source |", "|---|---|---|---|---|"]
        for each in found:
            knobs = "<br>".join(_in_table(knob) for knob in each.knobs)
            cells = (f"`{each.name}`", each.what, knobs, each.extra, each.source)
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
        lines.append("")
    return "\n".join(lines)


def _in_table(knob: Knob) -> str:
    unit = f" {knob.unit}" if knob.unit else ""
    default = f" = {knob.default}" if knob.default else ""
    return f"`{knob.name}`: {knob.type}{unit}{default}"


def _knob(name: str, field: FieldInfo, what: str) -> Knob:
    unit = _UNITS.get(name.rpartition("_")[2], "") if "_" in name else ""
    return Knob(name, _type(field.annotation, field.metadata), _default(field), unit, what or field.description or "")


def _default(field: FieldInfo) -> str:
    if field.default is PydanticUndefined:
        return "" if field.default_factory is None else write(_written(field.get_default(call_default_factory=True)))
    return write(_written(field.default))


def _written(value: Any) -> Any:
    if isinstance(value, Component):
        return value.spec()
    if isinstance(value, list | tuple):
        return [_written(item) for item in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _type(annotation: Any, metadata: list[Any]) -> str:
    """A type in words: `whole number > 0`, `rank or document`, `retrievers`."""
    origin = get_origin(annotation)
    if origin is typing.Annotated:
        inner, *marks = get_args(annotation)
        return _type(inner, [*metadata, *marks])
    if origin is typing.Literal:
        return " or ".join(write(value) for value in get_args(annotation))
    if origin is tuple or origin is list:
        parts = [part for part in get_args(annotation) if part is not Ellipsis]
        return f"list of {_type(parts[0], [])}" if len(set(parts)) == 1 else "list"
    if origin is not None and type(None) in get_args(annotation):
        rest = [part for part in get_args(annotation) if part is not type(None)]
        return " or ".join([*(_type(part, metadata) for part in rest), "null"])
    if origin is not None:
        return " or ".join(_type(part, metadata) for part in get_args(annotation))
    if isinstance(annotation, type) and issubclass(annotation, Component):
        return annotation.kind
    names = {int: "whole number", float: "number", str: "text", bool: "true or false"}
    return " ".join(
        [names.get(annotation, str(getattr(annotation, "__name__", annotation)).lower()), *_bounds(metadata)]
    )


def _bounds(metadata: list[Any]) -> list[str]:
    signs = ((Gt, "gt", ">"), (Ge, "ge", "≥"), (Lt, "lt", "<"), (Le, "le", "≤"))
    return [f"{sign} {getattr(mark, name)}" for mark in metadata for cls, name, sign in signs if isinstance(mark, cls)]


@cache
def _told(cls: type[Component]) -> dict[str, str]:
    """Knob -> the text that stands below it in the class, its bases' included."""
    told: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        if not issubclass(base, Component):
            continue
        (tree,) = ast.parse(textwrap.dedent(inspect.getsource(base))).body
        body = tree.body if isinstance(tree, ast.ClassDef) else []
        for field, text in itertools.pairwise(body):
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(text, ast.Expr):
                value = text.value.value if isinstance(text.value, ast.Constant) else None
                if isinstance(value, str):
                    told[field.target.id] = " ".join(value.split())
    return told
