"""Gathers what a format cannot say, and keeps it in texts where it helps a model."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from ragtune.toolformats import Loss
from ragtune.toolformats._walking import place
from ragtune.tools import Tool

FIELDS = {
    "title": "title",
    "description": "description",
    "output_schema": "output schema",
    "annotations": "annotations",
    "examples": "examples",
    "when_not_to_use": "when not to use",
    "tags": "tags",
    "index_text": "index text",
    "server": "server",
}
MAX_FOLDED = 300
"""Characters of a keyword's value that are still worth a text."""
_TOLD = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}",
    "multipleOf": "a multiple of {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "pattern": "matches the pattern {}",
    "format": "format {}",
    "default": "default {}",
    "const": "always {}",
    "enum": "one of {}",
    "examples": "for example {}",
    "uniqueItems": "no item twice",
}
"""Keywords that help a model as text, too."""


class Losses(list[Loss]):
    """The losses of a tool, in the order in which they were met."""

    def __init__(self, tool: Tool) -> None:
        super().__init__()
        self.tool = tool

    def add(self, what: str, *path: str) -> None:
        """Something at a place did not come through as it was."""
        self.append(Loss(self.tool.id, place(*path), what))

    def unsaid(self, said: Collection[str]) -> None:
        """Name every field that the tool has and that is not among the `said`."""
        for field, told in FIELDS.items():
            if field not in said and getattr(self.tool, field):
                self.add(f"{told}: the format has no place for it", field)

    def changed(self, before: Mapping[str, Any], after: Mapping[str, Any], path: tuple[str, ...], why: str) -> None:
        """Name every keyword of a schema that is not what it was."""
        for word in dict.fromkeys((*before, *after)):
            if word not in after:
                self.add(f"{word}: {why}", *path, word)
            elif word not in before:
                self.add(f"{word}: added", *path, word)
            elif before[word] != after[word]:
                self.add(f"{word}: written otherwise", *path, word)

    def fold(self, schema: dict[str, Any], words: Collection[str], path: tuple[str, ...], why: str) -> None:
        """Take keywords out of a schema; where they help a model, they go on as text in its description."""
        texts = []
        for word in [word for word in schema if word in words]:
            value = schema.pop(word)
            text = _told(word, value)
            if text:
                texts.append(text)
            self.add(f"{word}: {why}{', kept as text' if text else ''}", *path, word)
        if texts:
            description = schema.get("description")
            before = f"{description} " if isinstance(description, str) and description else ""
            schema["description"] = f"{before}({'; '.join(texts)})"
            self.add(f"description: gained ({'; '.join(texts)})", *path, "description")


def _told(word: str, value: Any) -> str:
    """A keyword as text; empty where it would not help."""
    if word not in _TOLD or (word == "uniqueItems" and value is not True):
        return ""
    text = json.dumps(value, ensure_ascii=False)
    if word in ("enum", "examples") and isinstance(value, list):
        text = ", ".join(json.dumps(item, ensure_ascii=False) for item in value)
    elif word in ("pattern", "format") and isinstance(value, str):
        text = value
    return _TOLD[word].format(text) if len(text) <= MAX_FOLDED else ""
