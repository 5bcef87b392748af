"""A step: one component's work on given inputs, known by the hash of both."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from ragtune.component import Component, Keep, digest


class Step:
    """Work to be done, or done. Two steps with equal keys are the same work, whoever asks for it.

    The key covers the component (kind, word, version), its knobs as far as they affect the verb, and the inputs' keys,
    so a changed knob, version or datum changes the key of everything that depends on it.
    """

    __slots__ = ("component", "inputs", "key", "memo_scope", "verb")

    def __init__(self, component: Component, verb: str, inputs: tuple[Step, ...] = ()) -> None:
        self.component = component
        self.verb = verb
        self.inputs = inputs
        known = component.key(verb)
        self.key: str = digest(known, *(step.key for step in inputs))
        self.memo_scope: str = known if self.uses_memo else ""
        """Identity of the model whose rows are kept: rows of equal texts are shared by steps of equal scope."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Step) and other.key == self.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __repr__(self) -> str:
        return f"Step({self.component}.{self.verb} {self.key[:8]})"

    @property
    def keep(self) -> Keep:
        """How the result outlives the process."""
        return _traits(type(self.component), self.verb)[0]

    @property
    def online(self) -> bool:
        """Whether a live request runs this step."""
        return _traits(type(self.component), self.verb)[1]

    @property
    def result(self) -> Any:
        """The class of the result, from the method's annotation; it makes itself from stored arrays."""
        return _traits(type(self.component), self.verb)[2]

    @property
    def uses_memo(self) -> bool:
        """Whether the method takes the row memo."""
        return _traits(type(self.component), self.verb)[3]

    def run(self, inputs: Iterable[Any], **extra: Any) -> Any:
        """Do the work in this process."""
        return getattr(self.component, self.verb)(*inputs, **extra)


@cache
def _traits(cls: type[Component], verb: str) -> tuple[Keep, bool, Any, bool]:
    method = getattr(cls, verb)
    result = typing.get_type_hints(method)["return"]
    return method.keep, method.online, result, "memo" in inspect.signature(method).parameters


def closure(targets: Iterable[Step]) -> Iterator[Step]:
    """Every step that the targets rest on, inputs before what uses them, each once, in a fixed order."""
    seen: set[str] = set()
    stack = [(step, False) for step in reversed(list(targets))]
    while stack:
        step, inputs_done = stack.pop()
        if inputs_done:
            yield step
        elif step.key not in seen:
            seen.add(step.key)
            stack.append((step, True))
            stack.extend((below, False) for below in reversed(step.inputs))
