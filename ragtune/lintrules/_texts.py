"""The texts of a tool that a model reads, and the characters in them that people do not see."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from ragtune.lintrules import Path
from ragtune.lintrules._schemas import ANY_SCHEMA, schemas_of, value_at, walk
from ragtune.tools import Tool

_TAGS = "(?<!\U0001f3f4)(?<![\U000e0000-\U000e007f])[\U000e0000-\U000e007f]+"
"""Tag characters; after a black flag they are a region's flag."""
_JOINERS = r"(?:(?<=[\s!-~])|^)[\u200c\u200d]+(?=[\s!-~]|$)"
"""Joiners matter in Persian, in Indic scripts and in emoji, never between plain letters and blanks."""
_SELECTORS = "[\ufe00-\ufe0f]{2,}|[\U000e0100-\U000e01ef]{2,}"
_ALWAYS = "[\u200b\u2060-\u2064\ufeff\u00ad\u202a-\u202e\u2066-\u2069\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]+"
HIDDEN: re.Pattern[str] = re.compile("|".join((_TAGS, _JOINERS, _SELECTORS, _ALWAYS)))


def clean(text: Any) -> str:
    """A text without hidden characters; nothing where it is no text."""
    if not isinstance(text, str):
        return ""
    if text.isascii() and text.isprintable():
        return text
    cleaned = str(HIDDEN.sub("", text))
    return text if cleaned == text else clean(cleaned)  # what is taken out may leave a joiner between plain letters


def tidy(text: str) -> str:
    """A text without blanks that say nothing: at its ends, at the ends of lines, and more than one empty line."""
    end = "\n" if text.endswith("\n") and text.strip() else ""
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + end


def prose(text: Any) -> str:
    """A text as it is once everything was fixed that can be: what rules look at, so that no fix makes another find more."""
    return _prose(text) if isinstance(text, str) else ""


@lru_cache(maxsize=20_000)
def _prose(text: str) -> str:
    return tidy(clean(text)).strip()


def descriptions(schema: Any, root: Path = ("input_schema",)) -> Iterator[tuple[Path, str, str]]:
    """Path, parameter and text of all titles and descriptions in a schema that are texts."""
    for at in walk(schema, root=root):
        for key in ("title", "description"):
            if isinstance(at.keywords.get(key), str):
                yield (*at.path, key), at.label, at.keywords[key]


def texts(tool: Tool) -> Iterator[tuple[Path, str, str]]:
    """Path, what it is in words, and text, of all that a model may be shown of a tool in prose."""
    for key in ("title", "description", "when_not_to_use"):
        value = getattr(tool, key)
        if value:
            yield (key,), key.replace("_", " "), value
    yield from _schema_texts(tool)
    for i, example in enumerate(tool.examples):
        yield ("examples", i, "query"), f"example {i + 1}", example.query


def _schema_texts(tool: Tool) -> Iterator[tuple[Path, str, str]]:
    for key in ("input_schema", "output_schema"):
        for path, label, text in descriptions(getattr(tool, key), (key,)):
            yield path, f"{path[-1]} of '{label}'" if label else f"{path[-1]} of the {key.replace('_', ' ')}", text


def all_strings(tool: Tool) -> Iterator[tuple[Path, str]]:
    """Path and text of everything in a tool that is a text, keys left out."""
    for key in ("name", "title", "description", "when_not_to_use", "index_text"):
        yield (key,), getattr(tool, key)
    for key in ("input_schema", "output_schema", "annotations"):
        yield from strings(getattr(tool, key), (key,))
    yield from strings(list(tool.tags), ("tags",))
    for i, example in enumerate(tool.examples):
        yield ("examples", i, "query"), example.query
        yield from strings(example.arguments, ("examples", i, "arguments"))


def strings(value: Any, path: Path = (), depth: int = 0) -> Iterator[tuple[Path, str]]:
    """All texts in a value, keys left out."""
    if isinstance(value, str):
        yield path, value
    elif depth < 100 and isinstance(value, dict):
        for key, inner in value.items():
            yield from strings(inner, (*path, key), depth + 1)
    elif depth < 100 and isinstance(value, list):
        for i, inner in enumerate(value):
            yield from strings(inner, (*path, i), depth + 1)


def rewrite(spec: dict[str, Any], change: Callable[[str], str]) -> None:
    """Change, in place, the texts of a tool in a file that are only read: titles, descriptions, queries of examples."""
    holders = [(spec, key) for key in ("title", "description", "when_not_to_use")]
    for key, schema in schemas_of(spec, ANY_SCHEMA):
        holders += [(value_at(spec, path[:-1]), str(path[-1])) for path, _, _ in descriptions(schema, (key,))]
    examples = spec.get("examples")
    holders += [(each, "query") for each in examples if isinstance(each, dict)] if isinstance(examples, list) else []
    for holder, key in holders:
        text = holder.get(key)
        if isinstance(text, str) and change(text) != text:
            holder[key] = _written_as(text, change(text))


def _written_as(old: str, new: str) -> str:
    """The new text in the style of the old one: YAML read for a round trip has a type for each style."""
    styled = type(old)(new)
    if hasattr(old, "comment"):
        styled.comment = old.comment  # type: ignore[attr-defined]
    return styled
