"""A configuration file: YAML → space → configurations. Every fault at once, each with its line and column."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from ragtune import yaml_tree
from ragtune.component import Component
from ragtune.errors import ConfigError, Fault, suggest
from ragtune.metrics import Metric
from ragtune.objectives import Objectives, SplitKnobs, read_metrics, read_objectives, read_split
from ragtune.pipelines.rag import SLOTS, Rag
from ragtune.space import EMPTY, Expander
from ragtune.yaml_tree import Node

KEYS = (
    "name",
    "dataset",
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
DEFAULTS: Mapping[str, Any] = {
    "chunker": {"sentence": {"size_tokens": 1024, "overlap_tokens": 200}},
    "embedder": "minilm",
    "retriever": "dense",
    "reranker": "none",
    "context": "token-budget",
}
"""What stands in a slot that the space leaves out: LlamaIndex's defaults, with a model that needs no key."""


@dataclass(frozen=True)
class Config:
    """A configuration file, read: what to sweep, on what, judged by what."""

    name: str
    dataset: Any
    root: Path
    space: Mapping[str, tuple[Component | None, ...]]
    baseline: Rag
    metrics: tuple[Metric, ...]
    maximize: Metric
    objectives: Objectives
    split: SplitKnobs
    reader: str | None
    """The model that will read the contexts; its price makes tokens money."""

    def configurations(self) -> Iterator[Rag]:
        """The baseline, then every combination the space names; combinations that do the same work come up repeatedly."""
        yield self.baseline
        for combination in itertools.product(*(self.space[slot] for slot in SLOTS)):
            yield Rag(*cast("tuple[Any, ...]", combination))

    def resolved(self) -> dict[str, Any]:
        """Everything that shapes the result, spelled out; parses back to an equal configuration."""
        return {
            "name": self.name,
            "dataset": self.dataset,
            "space": {slot: [c.spec() if c else EMPTY for c in self.space[slot]] for slot in SLOTS},
            "baseline": self.baseline.spec(),
            "metrics": [metric.label for metric in self.metrics],
            "maximize": self.maximize.label,
            "targets": {target.measure: target.spec() for target in self.objectives.targets},
            "prefer": list(self.objectives.prefer),
            "split": {"confirm": self.split.confirm, "seed": self.split.seed},
            **({"reader": self.reader} if self.reader else {}),
        }


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
    space = _space(tree.value.get("space", Node({})), expander)
    baseline = _baseline(tree.value.get("baseline", Node({})), space, expander)
    metrics, maximize = read_metrics(tree, faults)
    objectives, metrics = read_objectives(tree, metrics, faults)
    split = read_split(tree.value.get("split") or Node({}), faults)
    if "dataset" in tree.value and not isinstance(tree.value["dataset"].value, str | dict | None):
        faults.append(tree.value["dataset"].fault("dataset is a path, a name, or {format: {path: …}}"))
    given = tree.value.get("name", Node(name))
    if not isinstance(given.value, str) or not given.value.strip() or len(given.value) > 80 or "/" in given.value:
        faults.append(given.fault("name is a short text without '/'"))
    reader = tree.value["reader"].value if "reader" in tree.value else None
    if not isinstance(reader, str | None):
        faults.append(tree.value["reader"].fault("reader is the name of a model, as in gpt-4o-mini"))
    if faults or baseline is None or maximize is None:
        raise ConfigError(faults)
    dataset = tree.value["dataset"].plain() if "dataset" in tree.value else None
    return Config(given.value, dataset, root, space, baseline, metrics, maximize, objectives, split, reader)


def _space(node: Node, expander: Expander) -> dict[str, tuple[Component | None, ...]]:
    named = _slots(node, "space", expander)
    space: dict[str, tuple[Component | None, ...]] = {}
    for slot in SLOTS:
        components = _components(slot, named.get(slot) or yaml_tree.of(DEFAULTS[slot], Node(None)), expander)
        if slot in named and not components and isinstance(named[slot].value, list) and not named[slot].value:
            expander.faults.append(named[slot].fault(f"{slot} names nothing; leave the key out for the default"))
        space[slot] = tuple(components)
    count = math.prod(len(components) for components in space.values())
    if count > MAX_CONFIGURATIONS:
        expander.faults.append(node.fault(f"the space has {count:,} combinations; at most {MAX_CONFIGURATIONS:,}"))
    return space


def _baseline(node: Node, space: Mapping[str, tuple[Component | None, ...]], expander: Expander) -> Rag | None:
    """LlamaIndex's chunker and retriever, but the space's first embedder, reranker and context, unless given."""
    named = _slots(node, "baseline", expander)
    chosen: list[Any] = []
    for slot in SLOTS:
        if slot in named:
            found = _components(slot, named[slot], expander)
            if len(found) > 1:
                expander.faults.append(
                    named[slot].fault(f"a baseline is one configuration; here are {len(found)} {slot}s")
                )
        elif slot in ("chunker", "retriever"):
            found = _components(slot, yaml_tree.of(DEFAULTS[slot], Node(None)), expander)
        else:
            found = list(space[slot])
        chosen.extend(found[:1])
    return Rag(*chosen) if len(chosen) == len(SLOTS) else None


def _components(slot: str, node: Node, expander: Expander) -> list[Component | None]:
    """The components that a slot names; None for `embedder: none`, a design without vectors."""
    if slot == "embedder" and isinstance(node.value, list):
        return [component for item in node.value for component in _components(slot, item, expander)]
    if slot == "embedder" and node.value in (None, EMPTY):
        return [None]
    return list(expander.components(slot, node))


def _slots(node: Node, what: str, expander: Expander) -> dict[str, Node]:
    if node.value is None:
        return {}
    if not isinstance(node.value, dict):
        expander.faults.append(node.fault(f"{what} is a mapping with the slots {', '.join(SLOTS)}"))
        return {}
    for slot in node.value:
        if slot not in SLOTS:
            expander.faults.append(node.key_fault(slot, f"{what} has no slot '{slot}'{suggest(slot, SLOTS)}"))
    return node.value


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
