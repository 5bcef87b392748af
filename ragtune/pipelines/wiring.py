"""Steps from components: what a verb rests on is said by the names of its parameters."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from functools import cache

from ragtune.component import Component
from ragtune.engine.step import Step
from ragtune.errors import InputError

Sources = Mapping[str, Callable[[], Step]]
"""What a pipeline offers to its components, by name; made only when something asks for it."""


def wire(component: Component, verb: str, sources: Sources) -> Step:
    """The step of a verb, with everything it rests on.

    A parameter is looked up among the pipeline's sources, then among the component's knobs that hold components, then
    among its other verbs.
    """
    inputs: list[Step] = []
    for name in _parameters(type(component), verb):
        if name in sources:
            inputs.append(sources[name]())
        elif name in type(component).model_fields:
            inputs.extend(wire(part, part.verb, sources) for part in _components(getattr(component, name)))
        elif hasattr(getattr(component, name, None), "keep"):
            inputs.append(wire(component, name, sources))
        else:
            needed = "an embedder, and the slot is empty" if "vectors" in name else f"{name}, which nothing here gives"
            raise InputError(f"{component.kind} {component} needs {needed}")
    return Step(component, verb, tuple(inputs))


def _components(value: Component | Iterable[Component]) -> Iterable[Component]:
    return (value,) if isinstance(value, Component) else value


@cache
def _parameters(cls: type[Component], verb: str) -> tuple[str, ...]:
    return tuple(name for name in inspect.signature(getattr(cls, verb)).parameters if name not in ("self", "memo"))
