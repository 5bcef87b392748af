"""Which measures to calibrate: spellings, where a list of values means each of these."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ragtune import yaml_tree
from ragtune.errors import ConfigError, Fault, InputError
from ragtune.metrics import Metric, parse_metric
from ragtune.space import Expander
from ragtune.yaml_tree import Node


def read_wanted(spellings: Sequence[str], config: Path | None = None) -> list[Metric]:
    """The measures that spellings name, then those under `metrics` in a YAML file; each once.

    `claim_support(model=[a, b], reason=[true, false])` is four judges.

    Raises:
        ConfigError: with every fault.
    """
    faults: list[Fault] = []
    nodes = [Node(spelled) for spelled in spellings]
    if config is not None:
        tree = yaml_tree.load(config)
        listed = tree.value.get("metrics") if isinstance(tree.value, dict) else None
        if listed is None:
            faults.append(tree.fault("there is no list of metrics"))
        else:
            nodes.extend(listed.value if isinstance(listed.value, list) else [listed])
    found: dict[str, Metric] = {}
    for node in nodes:
        for metric in _metrics(node, faults):
            found.setdefault(metric.label, metric)
    if faults:
        raise ConfigError(faults)
    return list(found.values())


def _metrics(node: Node, faults: list[Fault]) -> list[Metric]:
    if isinstance(node.value, str) and "(" not in node.value:
        try:
            return [parse_metric(node.value)]
        except InputError as error:
            faults.extend(node.fault(fault.message) for fault in error.faults)
            return []
    found = Expander(faults).components("metric", node)
    return [metric for metric in found if isinstance(metric, Metric)]
