"""Steps from components: what a verb rests on is said by the names of its parameters."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from typing import Any

from ragtune.component import Component
from ragtune.engine.step import Step
from ragtune.errors import InputError

Sources = Mapping[str, Callable[[Any], Step]]
"""What a pipeline offers to its components, by name; each is given the sources themselves, and is made only when asked for."""


def wire(component: Component, verb: str, sources: Sources) -> Step:
    """The step of a verb, with everything it rests on.

    A parameter is looked up among the component's knobs that hold components, then among the pipeline's sources, then
    among the component's other verbs. A verb named `<parameter>_<source>` changes what that parameter sees: with a verb
    `retriever_queries`, what stands in the knob `retriever` works on the queries that this verb gives.
    """
    inputs: list[Step] = []
    for name in _parameters(type(component), verb):
        held = _held(component, name)
        if held:
            inputs.extend(wire(part, part.verb, _seen(component, name, sources)) for part in held)
        elif name in sources:
            seen = _seen(component, name, sources)
            inputs.append(seen[name](seen))
        elif _is_verb(component, name):
            inputs.append(wire(component, name, sources))
        else:
            needs_embedder = "vectors" in name or name == "embedder"
            needed = "an embedder, and the slot is empty" if needs_embedder else f"{name}, which nothing here gives"
            raise InputError(f"{component.kind} {component} needs {needed}")
    return Step(component, verb, tuple(inputs))


def _seen(component: Component, name: str, sources: Sources) -> Sources:
    """The sources as the component shows them to what stands under a name."""
    prefix = f"{name}_"
    verbs = {verb.removeprefix(prefix): verb for verb in _verbs(type(component)) if verb.startswith(prefix)}
    return {**sources, **{source: partial(_own, component, verb, sources) for source, verb in verbs.items()}}


def _own(component: Component, verb: str, sources: Sources, _: Sources) -> Step:
    return wire(component, verb, sources)


def _held(component: Component, name: str) -> tuple[Component, ...]:
    value = getattr(component, name, None) if name in type(component).model_fields else None
    parts: Iterable[Any] = value if isinstance(value, tuple) else (value,)
    return tuple(part for part in parts if isinstance(part, Component))


def _is_verb(component: Component, name: str) -> bool:
    return hasattr(getattr(type(component), name, None), "keep")


@cache
def _verbs(cls: type[Component]) -> tuple[str, ...]:
    return tuple(name for name in dir(cls) if name[0] != "_" and hasattr(getattr(cls, name, None), "keep"))


@cache
def _parameters(cls: type[Component], verb: str) -> tuple[str, ...]:
    return tuple(name for name in inspect.signature(getattr(cls, verb)).parameters if name not in ("self", "memo"))
