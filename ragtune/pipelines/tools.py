"""Tools for an agent: tool set → edits → selector → caller → scores, on the engine that runs retrieval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

from ragtune.callers import Caller
from ragtune.component import Component, parse
from ragtune.edits import Edit
from ragtune.embedders import Embedder
from ragtune.engine.step import Step, closure
from ragtune.metrics import CallScorer, Metric, ShownScorer, ToolCounter
from ragtune.pipelines.tool_data import ToolSteps
from ragtune.pipelines.wiring import Sources, wire
from ragtune.retrievers import Retriever
from ragtune.selectors import Selector
from ragtune.tools import Cases
from ragtune.toolsets import ToolDataset

SLOTS = ("edits", "embedder", "selector", "caller")
"""In the order in which tools flow through them."""

_Component = TypeVar("_Component", bound=Component)


@dataclass(frozen=True)
class Tools:
    """One configuration: edits in the order in which they are applied, and a component in every other slot."""

    edits: tuple[Edit, ...]
    embedder: Embedder | None
    selector: Selector
    caller: Caller

    @classmethod
    def of(cls, slots: Mapping[str, Any]) -> Tools:
        """The inverse of `spec`."""
        edits: Any = () if slots["edits"] == "none" else slots["edits"]
        empty = slots["embedder"] == "none"
        parts: dict[str, Any] = {
            slot: None if slot == "embedder" and empty else parse(slot, slots[slot]) for slot in SLOTS[1:]
        }
        return cls(tuple(parse("edit", edit) for edit in edits), **parts)  # type: ignore[misc]

    def spec(self) -> dict[str, Any]:
        """Slot -> the YAML value that gives its component; an empty slot is `none`."""
        edits = [edit.spec() for edit in self.edits]
        rest = {slot: component.spec() if component else "none" for slot, component in self.slots().items()}
        return {"edits": edits or "none", **rest}

    def slots(self) -> dict[str, Component | None]:
        """Slot -> component, of the slots that hold one."""
        return {slot: getattr(self, slot) for slot in SLOTS[1:]}

    def __str__(self) -> str:
        edits = " + ".join(map(str, self.edits)) or "none"
        return f"edits={edits}, " + ", ".join(f"{slot}={c or 'none'}" for slot, c in self.slots().items())


@dataclass(frozen=True)
class WiredTools:
    """A configuration and the steps it ends in."""

    configuration: Tools
    toolset: Step
    shown: Step
    replies: Step
    scores: tuple[Step, ...]

    @property
    def outcome(self) -> Step:
        """What a request ends in, and is timed by."""
        return self.replies

    @property
    def key(self) -> str:
        """Configurations with equal keys do the same work, however they are written."""
        return self.replies.key


def wire_tools(configuration: Tools, data: ToolSteps, metrics: Sequence[Metric], sizes: Sizes) -> WiredTools:
    """The steps of a configuration. Slots that nothing rests on are emptied, so that what is named is what was run."""
    embedder = configuration.embedder
    sources = _sources(data, embedder)
    toolset = data.original
    for edit in configuration.edits:
        seen = {**sources, "toolset": partial(_given, toolset), "pool": partial(_given, data.pool)}
        toolset = wire(edit, "apply", seen)
    width = sizes.of(toolset)
    shown = wire_selector(configuration.selector, embedder, data, toolset, width)
    sources["toolset"] = partial(_given, toolset)
    sources["shown"] = partial(_given, shown)
    replies = wire(_ranking_all(configuration.caller, width), "call", sources)
    sources["replies"] = partial(_given, replies)
    sources["tool_tokens"] = lambda seen: wire(ToolCounter(), "count", seen)
    if embedder is not None and not any(step.component is embedder for step in closure([replies])):
        configuration = replace(configuration, embedder=None)
    scores = tuple(
        wire(scorer(metrics=wanted), "score", sources)
        for scorer, level in ((ShownScorer, "ranking"), (CallScorer, "call"))
        if (wanted := tuple(metric for metric in metrics if metric.level == level))
    )
    return WiredTools(configuration, toolset, shown, replies, scores)


def wire_selector(selector: Selector, embedder: Embedder | None, data: ToolSteps, toolset: Step, width: int) -> Step:
    """The step that chooses among a tool set of `width` tools, as edits left it."""
    sources = {**_sources(data, embedder), "toolset": partial(_given, toolset)}
    return wire(_ranking_all(selector, width), "select", sources)


def _sources(data: ToolSteps, embedder: Embedder | None) -> dict[str, Any]:
    sources: dict[str, Any] = {name: partial(_given, step) for name, step in data.sources().items()}
    if embedder is not None:
        sources["embedder"] = sources["vectors"] = lambda seen: wire(embedder, "embed", seen)
        sources["query_vectors"] = lambda seen: wire(embedder, "embed_queries", seen)
    return sources


class Sizes:
    """How many tools there are after edits: edits are cheap, so they are simply made."""

    def __init__(self, dataset: ToolDataset, data: ToolSteps) -> None:
        self._values: dict[str, Any] = {data.original.key: dataset.toolset, data.pool.key: Cases(dataset.pool)}

    def of(self, toolset: Step) -> int:
        """Number of tools of an edited set."""
        if toolset.key not in self._values:
            for below in toolset.inputs:
                if below.key not in self._values:
                    self.of(below)
            self._values[toolset.key] = toolset.run([self._values[below.key] for below in toolset.inputs])
        return len(self._values[toolset.key])


def _ranking_all(component: _Component, width: int) -> _Component:
    """The same component with retrievers that rank every tool: there are few, and one that is offered must be found."""
    changed: Mapping[str, Any] = {
        name: _deepened(value, width)
        for name in type(component).model_fields
        if (value := getattr(component, name)) is not None
        and (
            isinstance(value, Retriever) or (isinstance(value, tuple) and any(isinstance(v, Retriever) for v in value))
        )
    }
    return component.model_copy(update=dict(changed)) if changed else component


def _deepened(value: Any, width: int) -> Any:
    if isinstance(value, tuple):
        return tuple(_deepened(part, width) for part in value)
    if not isinstance(value, Retriever):
        return value
    return _ranking_all(value, width).model_copy(update={"depth": max(width, 1)})


def _given(step: Step, _: Sources) -> Step:
    return step
