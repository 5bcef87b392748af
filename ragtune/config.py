"""A configuration file: YAML → space → configurations. Every fault at once, each with its line and column."""

from __future__ import annotations

import inspect
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ragtune import yaml_tree
from ragtune.component import Component
from ragtune.errors import ConfigError, Fault, suggest
from ragtune.metrics import Metric, asks_for_answers, parse_metric
from ragtune.objectives import (
    ANSWER_METRICS,
    Measures,
    Objectives,
    SplitKnobs,
    read_metrics,
    read_objectives,
    read_split,
)
from ragtune.pipelines.pipeline import PIPELINES, RAG, TOOLS, Design, Pipeline
from ragtune.pipelines.rag import loses
from ragtune.space import EMPTY, Expander
from ragtune.yaml_tree import Node

KEYS = (
    "name",
    "dataset",
    "tools",
    "cases",
    "space",
    "baseline",
    "metrics",
    "maximize",
    "profile",
    "targets",
    "prefer",
    "split",
    "reader",
)
MAX_CONFIGURATIONS = 200_000
Part = Component | tuple[Component, ...] | None
"""What a slot holds; None where it is empty."""


@dataclass(frozen=True)
class Config:
    """A configuration file, read: what to sweep, on what, judged by what."""

    name: str
    pipeline: Pipeline
    dataset: Any
    root: Path
    space: Mapping[str, tuple[Part, ...]]
    baseline: Design
    metrics: tuple[Metric, ...]
    maximize: Metric
    objectives: Objectives
    split: SplitKnobs
    reader: str | None
    """The model that will read the contexts; its price makes tokens money."""

    def configurations(self) -> Iterator[Design]:
        """The baseline, then every combination the space names; combinations that do the same work come up repeatedly."""
        yield self.baseline
        for combination in itertools.product(*(self.space[slot] for slot in self.pipeline.slots)):
            yield self.pipeline.design(*combination)

    def resolved(self) -> dict[str, Any]:
        """Everything that shapes the result, spelled out; parses back to an equal configuration."""
        data = {"dataset": self.dataset} if self.pipeline is RAG else dict(self.dataset or {})
        return {
            "name": self.name,
            **data,
            "space": {slot: self._spelled(slot) for slot in self.pipeline.slots},
            "baseline": self.baseline.spec(),
            "metrics": [metric.label for metric in self.metrics],
            "maximize": self.maximize.label,
            "targets": {target.measure: target.spec() for target in self.objectives.targets},
            "prefer": list(self.objectives.prefer),
            "split": {
                "confirm": self.split.confirm,
                "seed": self.split.seed,
                **({"pool": self.split.pool} if self.learns else {}),
            },
            **({"reader": self.reader} if self.reader else {}),
        }

    @property
    def learns(self) -> bool:
        """Whether anything in the space learns from cases that are kept apart for it."""
        edits = [edit for chain in self.space.get("edits", ()) if isinstance(chain, tuple) for edit in chain]
        given = getattr(self.baseline, "edits", ())
        return any("pool" in inspect.signature(type(edit).apply).parameters for edit in (*edits, *given))

    def _spelled(self, slot: str) -> list[Any]:
        parts = [
            [c.spec() for c in part] or EMPTY if isinstance(part, tuple) else part.spec() if part else EMPTY
            for part in self.space[slot]
        ]
        return [parts] if slot == self.pipeline.many else parts


def load_config(source: str | Path | Mapping[str, Any] | Config, overrides: Sequence[str] = ()) -> Config:
    """Read a configuration from a file, or take it from a mapping.

    Args:
        source: a path, a mapping of the same shape, or a `Config`, which is returned as it is.
        overrides: `a.b=value` each, as in `--set space.embedder=minilm`; the value is YAML.

    Raises:
        ConfigError: listing every fault found, with file, line and column.
    """
    if isinstance(source, Config):
        return source
    if isinstance(source, Mapping):
        tree, root, name = yaml_tree.of(source, Node(None)), Path.cwd(), "sweep"
    else:
        path = Path(source)
        tree, root, name = yaml_tree.load(path), path.parent, path.stem
    for override in overrides:
        tree = _override(tree, override)
    return _read(tree, root, name)


def _read(tree: Node, root: Path, name: str) -> Config:
    if not isinstance(tree.value, dict):
        raise ConfigError([tree.fault(f"a configuration is a mapping with the keys {', '.join(KEYS)}")])
    faults: list[Fault] = [
        tree.key_fault(key, f"there is no key '{key}'{suggest(key, KEYS)}") for key in tree.value if key not in KEYS
    ]
    expander = Expander(faults)
    pipeline = TOOLS if "tools" in tree.value else RAG
    metrics, maximize = read_metrics(tree, _measures(tree, pipeline), faults)
    slots = _Slots(pipeline, expander, _defaults(pipeline, metrics))
    space = slots.space(tree.value.get("space", Node({})))
    baseline = slots.baseline(tree.value.get("baseline", Node({})), space)
    objectives, metrics = read_objectives(tree, pipeline.measures, metrics, faults)
    metrics = _with_losses(metrics, [*space.get("retriever", ()), getattr(baseline, "retriever", None)])
    _check_answered(tree, metrics, [*space.get("generator", ()), getattr(baseline, "generator", None)], faults)
    split = read_split(tree.value.get("split") or Node({}), faults)
    dataset = _dataset(tree, pipeline, faults)
    given = tree.value.get("name", Node(name))
    if not isinstance(given.value, str) or not given.value.strip() or len(given.value) > 80 or "/" in given.value:
        faults.append(given.fault("name is a short text without '/'"))
    reader = tree.value["reader"].value if "reader" in tree.value else None
    if not isinstance(reader, str | None):
        faults.append(tree.value["reader"].fault("reader is the name of a model, as in gpt-4o-mini"))
    if faults or baseline is None or maximize is None:
        raise ConfigError(faults)
    return Config(given.value, pipeline, dataset, root, space, baseline, metrics, maximize, objectives, split, reader)


def _dataset(tree: Node, pipeline: Pipeline, faults: list[Fault]) -> Any:
    """What the configuration runs on: a dataset, or tools with cases."""
    given = tree.value
    if pipeline is RAG:
        if "cases" in given:
            faults.append(tree.key_fault("cases", "cases belong to tools; name the tool file or folder under 'tools'"))
        if "dataset" in given and not isinstance(given["dataset"].value, str | dict | None):
            faults.append(given["dataset"].fault("dataset is a path, a name, or {format: {path: …}}"))
        return given["dataset"].plain() if "dataset" in given else None
    if "dataset" in given:
        faults.append(tree.key_fault("dataset", "a configuration names a dataset or tools, not both"))
    if not isinstance(given["tools"].value, str):
        faults.append(given["tools"].fault("tools is the path of a tool file or folder, or the name of a bundled one"))
    if "cases" in given and not isinstance(given["cases"].value, str | dict):
        faults.append(given["cases"].fault("cases is a path, or {format: {path: …}}"))
    return {key: given[key].plain() for key in ("tools", "cases") if key in given}


def _check_answered(tree: Node, metrics: Sequence[Metric], generators: Sequence[Part], faults: list[Fault]) -> None:
    """Measures of answers need somebody who answers, in every design."""
    judged = [metric.label for metric in metrics if asks_for_answers(metric)]
    if judged and None in generators:
        where = tree.value.get("space", tree)
        faults.append(where.fault(f"{judged[0]} judges answers, and there are designs with generator: {EMPTY}"))


def _with_losses(metrics: tuple[Metric, ...], retrievers: Sequence[Any]) -> tuple[Metric, ...]:
    """What an approximate search loses is told, whether or not it was asked for."""
    if not any(loses(retriever) for retriever in retrievers) or any(metric.level == "search" for metric in metrics):
        return metrics
    return (*metrics, parse_metric("exact_overlap@10"))


def _measures(tree: Node, pipeline: Pipeline) -> Measures:
    """What is measured unless metrics are named: answers too, where somebody is to give them."""
    space = tree.value.get("space", Node({})).value
    asked = isinstance(space, dict) and "generator" in space and space["generator"].value not in (None, EMPTY)
    return (
        replace(pipeline.measures, defaults=(*pipeline.measures.defaults, *ANSWER_METRICS))
        if asked
        else pipeline.measures
    )


def _defaults(pipeline: Pipeline, metrics: Sequence[Metric]) -> Mapping[str, Any]:
    """What stands in slots that are left out: somebody answers where answers are measured."""
    asked = pipeline is RAG and any(asks_for_answers(metric) for metric in metrics)
    return {**pipeline.defaults, "generator": "extractive"} if asked else pipeline.defaults


class _Slots:
    """Reads what a space and a baseline name, slot by slot."""

    def __init__(self, pipeline: Pipeline, expander: Expander, defaults: Mapping[str, Any]) -> None:
        self._pipeline = pipeline
        self._expander = expander
        self._defaults = defaults

    def space(self, node: Node) -> dict[str, tuple[Part, ...]]:
        """Slot -> alternatives."""
        named = self._named(node, "space")
        space: dict[str, tuple[Part, ...]] = {}
        for slot in self._pipeline.slots:
            parts = self._parts(slot, named.get(slot) or self._default(slot))
            if slot in named and not parts and isinstance(named[slot].value, list) and not named[slot].value:
                self._fault(named[slot].fault(f"{slot} names nothing; leave the key out for the default"))
            space[slot] = tuple(parts)
        count = math.prod(len(parts) for parts in space.values())
        if count > MAX_CONFIGURATIONS:
            self._fault(node.fault(f"the space has {count:,} combinations; at most {MAX_CONFIGURATIONS:,}"))
        return space

    def baseline(self, node: Node, space: Mapping[str, tuple[Part, ...]]) -> Design | None:
        """The pipeline's defaults, but the space's first in the slots that are not fixed, unless given."""
        named = self._named(node, "baseline")
        chosen: list[Any] = []
        for slot in self._pipeline.slots:
            if slot in named:
                found = self._parts(slot, named[slot])
                if len(found) > 1:
                    several = f"{len(found)} {slot.removesuffix('s')}s"
                    self._fault(named[slot].fault(f"a baseline is one configuration; here are {several}"))
            else:
                fixed = slot in self._pipeline.fixed
                found = self._parts(slot, self._default(slot)) if fixed else list(space[slot])
            chosen.extend(found[:1])
        return self._pipeline.design(*chosen) if len(chosen) == len(self._pipeline.slots) else None

    def _parts(self, slot: str, node: Node) -> list[Part]:
        """What a slot names; None for `embedder: none`, a design without vectors, and the like."""
        if slot == self._pipeline.many:
            return self._chains(slot.removesuffix("s"), node)
        if slot in self._pipeline.optional and isinstance(node.value, list):
            return [part for item in node.value for part in self._parts(slot, item)]
        if slot in self._pipeline.optional and node.value in (None, EMPTY):
            return [None]
        return list(self._expander.components(slot, node))

    def _chains(self, kind: str, node: Node) -> list[Part]:
        """Every way through a list of axes; an axis is a component, or a list of alternatives, each of them maybe a list."""
        axes = node.value if isinstance(node.value, list) else [node]
        choices: list[list[tuple[Component, ...]]] = []
        for axis in axes:
            alternatives = axis.value if isinstance(axis.value, list) else [axis]
            if not alternatives:
                self._fault(axis.fault(f"an axis of {kind}s names nothing; leave it out, or write {EMPTY}"))
            choices.append([chain for item in alternatives for chain in self._alternatives(kind, item)])
        return list(dict.fromkeys(self._ways(kind, node, choices)))

    def _alternatives(self, kind: str, node: Node) -> list[tuple[Component, ...]]:
        if node.value in (None, EMPTY):
            return [()]
        if isinstance(node.value, list):
            links = [item for item in node.value if item.value not in (None, EMPTY)]
            return self._ways(kind, node, [[(c,) for c in self._expander.components(kind, link)] for link in links])
        return [(component,) for component in self._expander.components(kind, node)]

    def _ways(
        self, kind: str, node: Node, choices: Sequence[Sequence[tuple[Component, ...]]]
    ) -> list[tuple[Component, ...]]:
        """One of each choice in a row, in every way; counted before they are made."""
        count = math.prod(len(choice) for choice in choices)
        if count > MAX_CONFIGURATIONS:
            self._fault(node.fault(f"there are {count:,} chains of {kind}s; at most {MAX_CONFIGURATIONS:,}"))
            return []
        return [tuple(part for chain in way for part in chain) for way in itertools.product(*choices)]

    def _default(self, slot: str) -> Node:
        return yaml_tree.of(self._defaults[slot], Node(None))

    def _named(self, node: Node, what: str) -> dict[str, Node]:
        slots = self._pipeline.slots
        if node.value is None:
            return {}
        if not isinstance(node.value, dict):
            self._fault(node.fault(f"{what} is a mapping with the slots {', '.join(slots)}"))
            return {}
        for slot in node.value:
            if slot not in slots:
                other = next((p.name for p in PIPELINES if slot in p.slots and p is not self._pipeline), "")
                hint = f" (it is one of the pipeline {other})" if other else ""
                self._fault(node.key_fault(slot, f"{what} has no slot '{slot}'{suggest(slot, slots)}{hint}"))
        return node.value

    def _fault(self, fault: Fault) -> None:
        self._expander.faults.append(fault)


def _override(tree: Node, override: str) -> Node:
    path, equals, text = override.partition("=")
    where = Node(None, f"--set {override}")
    if not equals or not all(path.split(".")):
        raise ConfigError([where.fault("is written a.b=value, as in --set space.embedder=minilm")])
    value = yaml_tree.of(yaml_tree.loads(text, where.file).plain(), where)
    return _put(tree, path.split("."), value)


def _put(node: Node, path: list[str], value: Node) -> Node:
    if not path:
        return value
    children = dict(node.value) if isinstance(node.value, dict) else {}
    children[path[0]] = _put(children.get(path[0], Node({}, value.file)), path[1:], value)
    return Node(children, node.file, node.line, node.column, node.keys)
