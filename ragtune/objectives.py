"""What a sweep is for: targets that a design must meet, and which cost decides between designs that are equally good."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ragtune import yaml_tree
from ragtune.errors import Fault, InputError, suggest
from ragtune.metrics import Level, Metric, parse_metric
from ragtune.space import Expander
from ragtune.yaml_tree import Node

DEFAULT_METRICS = (
    "nDCG@10", "recall@5", "recall@10", "MRR@10", "success@1", "evidence_recall@10", "span_recall", "span_precision",
    "span_iou", "context_tokens",
)  # fmt: skip
DEFAULT_MAXIMIZE = "nDCG@10"
ANSWER_METRICS = ("support", "k_precision", "names_and_numbers", "abstention")
"""Measured too, unless others are named, where a generator answers."""

COSTS: Mapping[str, str] = {
    "latency_p50_ms": "median time of a request, in milliseconds",
    "latency_p95_ms": "time that 95 % of requests stay below, in milliseconds",
    "latency_p99_ms": "time that 99 % of requests stay below, in milliseconds",
    "context_tokens": "mean tokens of a context",
    "tool_tokens": "mean tokens of the tools shown",
    "index_bytes": "bytes of what must be held for retrieval: vectors, postings",
    "embedding_tokens": "tokens embedded to build the index",
    "input_tokens": "mean tokens that a model at an endpoint read for a request",
    "output_tokens": "mean tokens that it wrote",
    "cached_tokens": "mean tokens of the input that the endpoint had read before",
    "first_token_p50_ms": "median time to the first token of a streamed reply, in milliseconds",
    "first_token_p95_ms": "time to the first token that 95 % of streamed replies stay below, in milliseconds",
    "usd_per_1k": "money for a thousand requests, in US dollars",
}
"""Name -> what it is. Lower is better in all of them, but for `cached_tokens`, which nothing is chosen by."""
REPLY_COSTS = ("input_tokens", "output_tokens", "cached_tokens", "first_token_p50_ms", "first_token_p95_ms")
"""Known only where an endpoint replied."""


@dataclass(frozen=True)
class Measures:
    """What can be measured of a pipeline: metrics of which levels, which unless others are named, and which costs.

    `tokens` is the metric that is a cost as well, so it is always measured; `alien` are the costs of other pipelines.
    """

    levels: tuple[Level, ...]
    defaults: tuple[str, ...]
    maximize: str
    tokens: str
    alien: tuple[str, ...]

    @property
    def costs(self) -> tuple[str, ...]:
        """The costs there are."""
        return tuple(cost for cost in COSTS if cost not in self.alien)


CONTEXT = Measures(
    ("ranking", "context", "reference", "answer", "search", "judge"),
    DEFAULT_METRICS,
    DEFAULT_MAXIMIZE,
    "context_tokens",
    ("tool_tokens",),
)
TOOL = Measures(
    ("ranking", "call"),
    (
        "selection_accuracy", "success@1", "recall@5", "nDCG@5", "completeness@5", "no_call", "false_call", "wrong_tool",
        "tool_tokens",
    ),
    "selection_accuracy",
    "tool_tokens",
    ("context_tokens",),
)  # fmt: skip

_TARGET = re.compile(r"\s*(<=|>=|<|>)\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*")


@dataclass(frozen=True)
class Target:
    """A bound on a measure: a metric's label or the name of a cost."""

    measure: str
    at_least: bool
    bound: float

    @classmethod
    def parse(cls, measure: str, text: str) -> Target:
        """From `>= 0.85` or `<= 50`; ValueError says how it is written."""
        found = _TARGET.fullmatch(text)
        if found is None:
            raise ValueError(f"a target is written as '>= 0.85' or '<= 50', not as {text!r}")
        return cls(measure, found[1].startswith(">"), float(found[2]))

    def spec(self) -> str:
        """As it is written."""
        return f"{'>=' if self.at_least else '<='} {self.bound:g}"

    def __str__(self) -> str:
        return f"{self.measure} {self.spec()}"


@dataclass(frozen=True)
class Objectives:
    """Targets, and costs in the order in which they decide between designs that cannot be told apart."""

    targets: tuple[Target, ...]
    prefer: tuple[str, ...]


@dataclass(frozen=True)
class Profile:
    """Targets and an order of costs under a name; whatever is given beside it goes first."""

    targets: Mapping[str, str]
    prefer: Sequence[str]


PROFILES: Mapping[str, Profile] = {
    "balanced": Profile({}, ("latency_p95_ms", "context_tokens", "tool_tokens", "usd_per_1k")),
    "realtime": Profile(
        {"latency_p95_ms": "<= 50"}, ("latency_p95_ms", "latency_p50_ms", "context_tokens", "tool_tokens")
    ),
    "analysis": Profile({}, ("context_tokens", "tool_tokens", "usd_per_1k", "latency_p95_ms")),
    "high-volume": Profile(
        {"context_tokens": "<= 2000", "tool_tokens": "<= 2000"},
        ("usd_per_1k", "context_tokens", "tool_tokens", "index_bytes"),
    ),
}
"""`balanced` unless another is named. What a pipeline cannot measure is passed over."""


@dataclass(frozen=True)
class SplitKnobs:
    """The share of the queries that is kept for confirming, the seed that chooses them, and the share for examples.

    `pool` is the share of each tool's cases that edits may learn from; they are never scored.
    """

    confirm: float = 0.3
    seed: int = 0
    pool: float = 0.25


def read_metrics(tree: Node, measures: Measures, faults: list[Fault]) -> tuple[tuple[Metric, ...], Metric | None]:
    """What is measured, and what decides."""
    listed = tree.value.get("metrics") or yaml_tree.of(list(measures.defaults), Node(None))
    items = listed.value if isinstance(listed.value, list) else [listed]
    wanted = tree.value.get("maximize") or Node(None)
    metrics: list[Metric] = []
    for item in items:
        metrics.extend(metric for metric in _metrics(item, measures, faults) if metric not in metrics)
    if wanted.value is None:
        maximize = next((m for m in metrics if m.label == measures.maximize), metrics[0] if metrics else None)
    else:
        maximize = _metric(wanted, measures, faults)
    if maximize is not None and maximize not in metrics:
        metrics.insert(0, maximize)
    if not any(metric.label == measures.tokens for metric in metrics):
        metrics.append(parse_metric(measures.tokens))
    return tuple(metrics), maximize


def read_objectives(
    tree: Node, measures: Measures, metrics: tuple[Metric, ...], faults: list[Fault]
) -> tuple[Objectives, tuple[Metric, ...]]:
    """Targets and preferences, with those of the profile behind; metrics that only a target names are measured too."""
    named = tree.value.get("profile") or Node("balanced")
    if named.value not in PROFILES:
        faults.append(
            named.fault(f"there is no profile '{named.plain()}'{suggest(str(named.plain()), list(PROFILES))}")
        )
        named = Node("balanced")
    profile = PROFILES[named.value]
    given = tree.value.get("targets") or Node({})
    if not isinstance(given.value, dict):
        faults.append(given.fault("targets are written {measure: '>= 0.85'}"))
        return Objectives((), ()), metrics
    preset = {measure: bound for measure, bound in profile.targets.items() if measure not in measures.alien}
    written = {**yaml_tree.of(preset, named).value, **given.value}
    targets: dict[str, Target] = {}
    for measure, bound in written.items():
        label = measure if measure in measures.costs else None
        if label is None:
            metric = _metric(yaml_tree.of(measure, bound), measures, faults)
            if metric is None:
                continue
            label = metric.label
            metrics = metrics if metric in metrics else (*metrics, metric)
        try:
            targets[label] = Target.parse(label, str(bound.plain()))
        except ValueError as error:
            faults.append(bound.fault(f"{measure}: {error}"))
    return Objectives(tuple(targets.values()), _prefer(tree, profile, measures, faults)), metrics


def read_split(node: Node, faults: list[Fault]) -> SplitKnobs:
    """The knobs of the split; the defaults after a fault."""
    if not isinstance(node.value, dict):
        faults.append(node.fault("split is written {confirm: 0.3, seed: 0}"))
        return SplitKnobs()
    known = ("confirm", "seed", "pool")
    strange = [key for key in node.value if key not in known]
    faults.extend(node.key_fault(key, f"split has no key '{key}'{suggest(key, known)}") for key in strange)
    confirm, seed = (node.value[key] if key in node.value else Node(None) for key in ("confirm", "seed"))
    share = 0.3 if confirm.value is None else confirm.value
    number = 0 if seed.value is None else seed.value
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 0.9:
        faults.append(confirm.fault("confirm is the share of queries kept for confirming, from 0 to 0.9"))
        share = 0.3
    if isinstance(number, bool) or not isinstance(number, int) or number < 0:
        faults.append(seed.fault("seed is a whole number, 0 or more"))
        number = 0
    pool = node.value["pool"] if "pool" in node.value else Node(0.25)
    if isinstance(pool.value, bool) or not isinstance(pool.value, int | float) or not 0 < pool.value <= 0.9:
        faults.append(pool.fault("pool is the share of each tool's cases kept as examples for edits, up to 0.9"))
        pool = Node(0.25)
    return SplitKnobs(float(share), number, float(pool.value))


def _prefer(tree: Node, profile: Profile, measures: Measures, faults: list[Fault]) -> tuple[str, ...]:
    listed = tree.value.get("prefer") or Node([])
    costs = []
    for item in listed.value if isinstance(listed.value, list) else [listed]:
        if item.value in measures.costs:
            costs.append(str(item.value))
        else:
            faults.append(item.fault(f"there is no cost '{item.plain()}'{suggest(str(item.plain()), measures.costs)}"))
    preset = [cost for cost in profile.prefer if cost in measures.costs]
    return tuple(dict.fromkeys([*costs, *preset]))


def _metric(node: Node, measures: Measures, faults: list[Fault]) -> Metric | None:
    """The one measure that a node names."""
    found = _metrics(node, measures, faults)
    if len(found) > 1:
        faults.append(node.fault("names several measures where one is expected"))
    return found[0] if len(found) == 1 else None


def _metrics(node: Node, measures: Measures, faults: list[Fault]) -> list[Metric]:
    """The measures that a node names: a list of values where one is expected means each of these."""
    if isinstance(node.value, dict) or (isinstance(node.value, str) and "(" in node.value):
        found = [each for each in Expander(faults).components("metric", node) if isinstance(each, Metric)]
    else:
        try:
            found = [parse_metric(str(node.plain()))]
        except InputError as error:
            faults.extend(node.fault(fault.message) for fault in error.faults)
            return []
    for metric in found:
        if metric.level not in measures.levels:
            told = ", ".join(measures.defaults)
            faults.append(node.fault(f"{metric.label} is not a measure of this pipeline; there are {told}, …"))
    return [metric for metric in found if metric.level in measures.levels]
