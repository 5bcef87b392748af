"""A space: alternatives named in YAML, taken apart into components. A list where one value is expected means each of these."""

from __future__ import annotations

import itertools
import math
import types
import typing
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from ragtune import spelling, yaml_tree
from ragtune.component import Component, find
from ragtune.errors import Fault, InputError, suggest
from ragtune.yaml_tree import Node

MAX_ALTERNATIVES = 100_000
EMPTY = "none"
"""How a slot is written in which there is no component."""


class Expander:
    """Turns nodes into components, collecting every fault on the way."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults

    def components(self, kind: str, node: Node) -> list[Component]:
        """All components that a node names: a word, a spelling, `{word: {knob: value or values}}`, or a list of these."""
        if isinstance(node.value, list):
            return [component for item in node.value for component in self.components(kind, item)]
        if node.value is None:
            node = Node(EMPTY, node.file, node.line, node.column)
        if isinstance(node.value, str):
            try:
                spec = spelling.read(node.value) if "(" in node.value else node.value
            except ValueError as error:
                return self._fault(node.fault(str(error)))
            node = yaml_tree.of({spec: {}} if isinstance(spec, str) else spec, node)
        if not isinstance(node.value, dict) or len(node.value) != 1:
            return self._fault(node.fault(f"a {kind} is written as a word or as {{word: {{knob: value}}}}"))
        ((word, knobs),) = node.value.items()
        try:
            cls = find(kind, word)
        except InputError as error:
            return self._fault(*(node.key_fault(word, fault.message) for fault in error.faults))
        return list(self._products(cls, knobs))

    def _products(self, cls: type[Component], knobs: Node) -> Iterator[Component]:
        if knobs.value is None:
            knobs = Node({}, knobs.file, knobs.line, knobs.column)
        if not isinstance(knobs.value, dict):
            self._fault(knobs.fault(f"the knobs of {cls.kind} {cls.name} are written as {{knob: value}}"))
            return
        choices: dict[str, list[Any]] = {}
        for knob, node in knobs.value.items():
            if knob not in cls.model_fields:
                known = sorted(cls.model_fields)
                self._fault(knobs.key_fault(knob, f"{cls.kind} {cls.name} has no knob '{knob}'{suggest(knob, known)}"))
            else:
                choices[knob] = self._alternatives(cls.model_fields[knob].annotation, node)
        count = math.prod(len(values) for values in choices.values())
        if count > MAX_ALTERNATIVES:
            self._fault(knobs.fault(f"{cls.kind} {cls.name} has {count:,} alternatives; at most {MAX_ALTERNATIVES:,}"))
            return
        for values in itertools.product(*choices.values()):
            try:
                yield cls.model_validate(dict(zip(choices, values, strict=True)))
            except ValidationError as error:
                self._fault(*self._explain(cls, knobs, error))

    def _alternatives(self, annotation: Any, node: Node) -> list[Any]:
        kind, many = shape(annotation)
        if node.value == []:
            return self._fault(node.fault("an empty list names no value; leave the knob out for its default"))
        if not many:
            if kind:
                return self.components(kind, node)
            return [item.plain() for item in node.value] if isinstance(node.value, list) else [node.plain()]
        several = isinstance(node.value, list) and node.value and all(isinstance(i.value, list) for i in node.value)
        lists = node.value if several else [node]
        if not kind:
            return [item.plain() for item in lists]
        found: list[Any] = []
        for item in lists:
            if not isinstance(item.value, list):
                self._fault(item.fault(f"a list of {kind}s is expected"))
                continue
            parts = [self.components(kind, part) for part in item.value]
            found.extend(itertools.product(*parts))
        return found

    def _explain(self, cls: type[Component], knobs: Node, error: ValidationError) -> Iterator[Fault]:
        for problem in error.errors(include_url=False):
            knob = str(problem["loc"][0]) if problem["loc"] else ""
            message = problem["msg"].removeprefix("Value error, ")
            if problem["type"] == "literal_error" and isinstance(problem["input"], str):
                allowed = [word.strip(" '") for word in str(problem["ctx"]["expected"]).replace(" or ", ",").split(",")]
                message = f"'{problem['input']}' is not one of its values{suggest(problem['input'], allowed)}"
            message = f"{cls.kind} {cls.name}" + (f", {knob}" if knob else "") + f": {message}"
            node = knobs.value.get(knob)
            yield node.fault(message) if node else knobs.fault(message)

    def _fault(self, *faults: Fault) -> list[Component]:
        self.faults.extend(faults)
        return []


def shape(annotation: Any) -> tuple[str, bool]:
    """(kind of component or "", whether it is a tuple of them) of a knob's annotation."""
    origin = typing.get_origin(annotation)
    if origin in (typing.Union, types.UnionType):
        shapes = [shape(part) for part in typing.get_args(annotation) if part is not type(None)]
        return next((shape for shape in shapes if shape != ("", False)), ("", False))
    if origin is tuple or origin is list:
        return shape(typing.get_args(annotation)[0])[0], True
    if isinstance(annotation, type) and issubclass(annotation, Component):
        return annotation.kind, False
    return "", False
