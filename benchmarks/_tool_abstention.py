"""BFCL among the tools offered: does the best similarity tell which tool is right, and whether any is?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks._tool_data import offered
from benchmarks.common import kept_workspace
from ragtune.engine.compute import Computer
from ragtune.pipelines.tools import WiredTools
from ragtune.sweeping import prepare, sweep
from ragtune.types import Floats

ANSWERABLE = ("simple_python", "multiple", "parallel")
KINDS = {"irrelevance": (*ANSWERABLE, "irrelevance"), "live": ("live_multiple", "live_irrelevance")}
PUBLISHED = {"irrelevance": 0.927, "live": 0.839}
CHOSEN = {"multiple": 0.98, "live_multiple": 0.886}
"""Category -> published share of queries whose right tool scores best of those offered."""
FIELDS = (("name", "description"), ("name", "description", "parameters"), ("definition",))


@dataclass(frozen=True)
class Abstention:
    """By what is read of a tool: AUC of the best similarity, and by category the share of queries with the right tool."""

    auc: Mapping[str, float]
    chosen: Mapping[str, Mapping[str, float]]


def measured() -> dict[str, Abstention]:
    """Of both kinds."""
    return {kind: _measured(kind, categories) for kind, categories in KINDS.items()}


def told(found: Mapping[str, Abstention]) -> Iterator[str]:
    """A line a kind, and one a category."""
    for kind, each in found.items():
        yield f"BFCL, {kind}: AUC of the best similarity {_values(each.auc)}  (published {PUBLISHED[kind]})"
        for category, values in each.chosen.items():
            yield f"BFCL, {category}: right tool among those offered {_values(values)}  (published {CHOSEN[category]})"


def _values(by_fields: Mapping[str, float]) -> str:
    return "  ".join(f"{fields} {value:.3f}" for fields, value in by_fields.items())


def _measured(kind: str, categories: tuple[str, ...]) -> Abstention:
    dataset = offered("tools/bfcl", lambda row: row["category"] in categories)
    config: dict[str, Any] = {
        "name": f"bfcl-{kind}",
        "tools": "bfcl",
        "space": {
            "embedder": "minilm",
            "selector": "all",
            "caller": [{"similarity": {"fields": list(map(list, FIELDS))}}],
        },
        "metrics": ["no_call", "selection_accuracy"],
        "maximize": "selection_accuracy",
    }
    workspace = kept_workspace()
    study = sweep(dataset, config, workspace=workspace)
    right = np.array([bool(case.calls) for case in dataset.cases])
    category = np.array([case.tags[0] for case in dataset.cases])
    accuracy = study.scores.of("selection_accuracy")
    computer, aucs = Computer(workspace), {}
    chosen: dict[str, dict[str, float]] = {name: {} for name in CHOSEN if name in categories}
    for wired, scores in zip(prepare(dataset, config).wired, accuracy, strict=True):
        assert isinstance(wired, WiredTools)
        fields = "+".join(getattr(wired.configuration.caller, "fields"))  # noqa: B009
        replies = computer.value(wired.replies).replies
        sure = np.array([-np.inf if reply.confidence is None else reply.confidence for reply in replies])
        aucs[fields] = auc(sure[right], sure[~right])
        for name, by_fields in chosen.items():
            by_fields[fields] = float(scores[category == name].mean())
    return Abstention(aucs, chosen)


def auc(higher: Floats, lower: Floats) -> float:
    """Share of pairs in which the first is above the second; half for a tie (Mann and Whitney)."""
    ordered = np.sort(lower)
    below = np.searchsorted(ordered, higher, side="left")
    until = np.searchsorted(ordered, higher, side="right")
    return float((below + until).sum() / (2 * len(higher) * len(lower)))
