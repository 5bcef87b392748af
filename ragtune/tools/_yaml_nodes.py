"""YAML with places, by PyYAML's C library where there is one: fast, and with the words of YAML 1.2 (`no` is a text)."""

from __future__ import annotations

import re
from typing import Any

from ragtune.errors import InputError
from ragtune.tools._growing import Budget, Growing, Place
from ragtune.tools._limits import MAX_DIGITS, MAX_PURE_BYTES
from ragtune.yaml_tree import Node

_INT = re.compile(r"[-+]?[0-9]+")
_OTHER_INT = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NO_NUMBER = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_FIRST = frozenset("0123456789+-.")


def yaml_nodes(text: str, file: str, budget: Budget) -> list[Node]:
    """The documents of a YAML text; empty ones are left out."""
    import yaml  # type: ignore[import-untyped]

    loader = getattr(yaml, "CSafeLoader", None)
    if loader is None and len(text) > MAX_PURE_BYTES:
        raise InputError(f"{file}: {len(text):,} characters are too many for PyYAML without its C library (libyaml)")
    reading = _Yaml(file, budget)
    try:
        for event in yaml.parse(text, Loader=loader or yaml.SafeLoader):
            reading.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        what = str(error.problem or error.context).split("\n")[0]
        raise reading.grown.stop(place, f"is not valid YAML: {what}") from None
    except yaml.YAMLError as error:
        raise reading.grown.stop((0, 0), f"is not valid YAML: {' '.join(str(error).split())[:200]}") from None
    return reading.documents


class _Yaml:
    """Takes the parser's events one after the other."""

    def __init__(self, file: str, budget: Budget) -> None:
        self.file = file
        self.budget = budget
        self.documents: list[Node] = []
        self._begin()

    def _begin(self) -> None:
        self.grown = Growing(self.file, self.budget)
        self.anchors: dict[str, tuple[Node, int, int]] = {}

    def take(self, event: Any) -> None:
        """One event."""
        name = type(event).__name__
        if name == "ScalarEvent":
            self._scalar(event)
        elif name in ("MappingStartEvent", "SequenceStartEvent"):
            place = self._looked_at(event)
            if self._wants_key():
                raise self.grown.stop(place, "a key must be a text, not a list or a mapping")
            self.grown.open({} if name == "MappingStartEvent" else [], place, event.anchor)
        elif name in ("MappingEndEvent", "SequenceEndEvent"):
            anchor = self.grown.stack[-1].anchor
            done = self.grown.close()
            if anchor is not None:
                self.anchors[anchor] = done
        elif name == "AliasEvent":
            self._alias(event)
        elif name == "DocumentEndEvent":
            if self.grown.root is not None and self.grown.root.value is not None:
                self.documents.append(self.grown.root)
            self._begin()

    def _wants_key(self) -> bool:
        top = self.grown.stack[-1] if self.grown.stack else None
        return top is not None and top.places is not None and top.key is None

    def _looked_at(self, event: Any) -> Place:
        place = (event.start_mark.line + 1, event.start_mark.column + 1)
        if event.tag is not None:
            self.grown.note(place, f"tags are not allowed: {event.tag[:80]}")
        return place

    def _scalar(self, event: Any) -> None:
        place = self._looked_at(event)
        plain = event.implicit[0] and not event.style
        value = self._resolved(event.value, place) if plain else event.value
        if self._wants_key():
            if not isinstance(value, str):
                self.grown.note(place, f"a key must be a text: put {event.value or 'it'} in quotes")
            elif plain and value == "<<":
                self.grown.note(place, "merge keys (<<) are not read: write the keys out")
            self.grown.key(event.value, place)
            return
        node = self.grown.scalar(value, place)
        if event.anchor is not None:
            self.anchors[event.anchor] = (node, 1, 0)

    def _alias(self, event: Any) -> None:
        place = (event.start_mark.line + 1, event.start_mark.column + 1)
        if any(each.anchor == event.anchor for each in self.grown.stack):
            raise self.grown.stop(place, f"the alias *{event.anchor} contains itself")
        if self._wants_key():
            raise self.grown.stop(place, "a key must be a text, not an alias")
        if event.anchor not in self.anchors:
            raise self.grown.stop(place, f"nothing has the anchor &{event.anchor}")
        self.grown.again(*self.anchors[event.anchor], place)

    def _resolved(self, text: str, place: Place) -> Any:
        """A plain scalar by the core schema of YAML 1.2."""
        if text in _NULLS:
            return None
        if text in _BOOLEANS:
            return _BOOLEANS[text]
        if text[0] not in _FIRST:
            return text
        if _INT.fullmatch(text) or _OTHER_INT.fullmatch(text):
            if len(text) > MAX_DIGITS:
                raise self.grown.stop(place, f"is a number of more than {MAX_DIGITS} digits")
            return int(text) if _INT.fullmatch(text) else int(text, 0)
        infinite = _NO_NUMBER.fullmatch(text) is not None
        if not infinite and _FLOAT.fullmatch(text):
            value = float(text)
            infinite = value in (float("inf"), float("-inf"))
            if not infinite:
                return value
        if infinite:
            self.grown.note(place, f"{text[:40]} is no number that JSON knows; put it in quotes if it is a text")
        return text
