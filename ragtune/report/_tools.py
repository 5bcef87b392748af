"""What the report shows of a study of tools in place of documents and evidence.

Keys, besides those of every report: `confusion` is `{configuration, names, observed, predicted, told, pairs: [{expected,
called, count, predicted, likeness, cases: [[id, query]]}]}`, rows expected and columns called; `errors` is
`[{kind, baseline, pick, change}]`, texts. A page is `{tools: true, designs: [{configuration, score, outcome, right, expected,
called, confidence, shown: [[place, tool, selector, caller, expected]], errors}]}`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import ValidationError

from ragtune.engine.workspace import Workspace
from ragtune.errors import RagtuneError
from ragtune.study import Study
from ragtune.toolpanels import (
    OUTCOMES,
    RIGHT,
    Figure,
    ToolExplanation,
    ToolStory,
    confusion,
    explain_tools,
    likeness,
    matrix,
    taxonomy,
    worst_tools,
)
from ragtune.types import Ints

MOST_TOOLS = 30
MOST_PAIRS = 15
MOST_SHOWN = 12


@dataclass(frozen=True)
class SeenTools:
    """A design and its place in the report."""

    configuration: int
    explained: ToolExplanation


def seen_tools(
    study: Study, workspace: Workspace, designs: Ints, roles: Mapping[str, Any], absent: dict[str, str]
) -> list[SeenTools]:
    """The pick and the baseline, explained; nothing where the workspace no longer holds what that takes."""
    found = []
    for i in dict.fromkeys([roles["pick"], roles["baseline"]]):
        id_ = study.record["configurations"][int(designs[i])]["id"]
        try:
            found.append(SeenTools(i, explain_tools(study, workspace, id_)))
        except (RagtuneError, ValidationError) as error:
            told = f"The workspace cannot tell how design {id_} came to its calls: {error}"
            told = told.replace(str(workspace.folder), "it")
            absent.update(dict.fromkeys(("losses", "pages", "confusion", "errors"), told))
    return found


def loss(seen: SeenTools) -> dict[str, Any]:
    """All cases, and what became of them."""
    fall = seen.explained.fall
    stages = [{"told": each.told, "lost": each.cases, "gain": None} for each in fall.losses if each.cases]
    return {"configuration": seen.configuration, "total": fall.total, "met": fall.right, "stages": stages}


def confused(seen: Sequence[SeenTools]) -> dict[str, Any] | None:
    """The confusions of the first design, among the tools that have most."""
    if not seen:
        return None
    traced = seen[0].explained.traced
    found = confusion(traced.judged, likeness(traced.judged, traced.vectors), traced.scores)
    names = worst_tools(found, MOST_TOOLS)
    left = len(traced.judged.original) - len(names) + 1
    told = f"One tool was taken for another {found.confused:,} times"
    if found.foretold is not None and found.confused:
        told += f"; the best score ({found.ranker}) foretold {found.foretold:,} of them"
    if left:
        told += f". {left:,} tools with fewer confusions are left out"
    return {
        "configuration": seen[0].configuration,
        "names": names,
        "observed": matrix(found.observed, names),
        "predicted": None if found.predicted is None else matrix(found.predicted, names),
        "told": f"{told}.",
        "pairs": [
            {
                "expected": pair.expected,
                "called": pair.called,
                "count": pair.count,
                "predicted": pair.predicted,
                "likeness": None if pair.likeness is None else round(pair.likeness, 3),
                "cases": [[id, query[:200]] for id, query in pair.cases],
            }
            for pair in found.pairs[:MOST_PAIRS]
        ],
    }


def errors(seen: Sequence[SeenTools], roles: Mapping[str, Any]) -> list[dict[str, str]]:
    """The taxonomy, of the baseline and the pick."""
    by_place = {each.configuration: each.explained.traced.judged for each in seen}
    judged = [by_place[i] for i in dict.fromkeys((roles["baseline"], roles["pick"])) if i in by_place]
    if not judged:
        return []
    return [
        {
            "kind": row.kind,
            "baseline": _figure(row.shares[0]),
            "pick": _figure(row.shares[-1]),
            "change": _figure(row.change, sign=True) if row.change else "–",
        }
        for row in taxonomy(judged)
    ]


def worst_first(seen: Sequence[SeenTools], n_cases: int, most: int = 60, sample: int = 20) -> list[int]:
    """Cases that the first design loses, those on which two differ most, and some of all the others."""
    worst = list(seen[0].explained.worst_first[:most])
    if len(seen) > 1:
        change = np.abs(np.nan_to_num(seen[0].explained.scores - seen[1].explained.scores))
        worst += [q for q in np.argsort(-change, kind="stable")[:sample].tolist() if change[q] > 0]
    spaced = np.unique(np.linspace(0, n_cases - 1, min(sample, n_cases)).astype(int)).tolist() if n_cases else []
    return list(dict.fromkeys([*worst, *spaced]))


def pages(seen: Sequence[SeenTools], order: Iterable[int], budget: int) -> dict[int, dict[str, Any]]:
    """Case -> page, in the order given, until the pages take `budget` bytes together."""
    found: dict[int, dict[str, Any]] = {}
    for case in order:
        page = {"tools": True, "designs": [_design(each, each.explained.tell(case)) for each in seen]}
        budget -= len(json.dumps(page))
        if budget < 0:
            break
        found[case] = page
    return found


def _design(seen: SeenTools, story: ToolStory) -> dict[str, Any]:
    shown: list[list[Any]] = [
        [place, tool.tool, _rounded(tool.score), _rounded(tool.caller_score), tool.expected]
        for place, tool in enumerate(story.shown, 1)
    ]
    if all(row[2] is None for row in shown):
        shown.sort(key=lambda row: -(row[3] if row[3] is not None else float("-inf")))
    return {
        "configuration": seen.configuration,
        "score": _rounded(story.score),
        "outcome": OUTCOMES.get(story.outcome, story.outcome),
        "right": story.outcome == RIGHT,
        "expected": [" or ".join(tools) for tools in story.expected],
        "called": [_call(call.tool, call.arguments) for call in story.called],
        "failed": story.failed[:300],
        "confidence": _rounded(story.confidence),
        "shown": [row for k, row in enumerate(shown) if k < MOST_SHOWN or row[4]],
        "hidden": max(0, len(shown) - MOST_SHOWN),
        "errors": [[error.kind, error.tool, error.path, error.said, error.wanted] for error in story.errors[:12]],
    }


def _call(tool: str, arguments: Mapping[str, Any]) -> str:
    return f"{tool}({json.dumps(arguments, ensure_ascii=False)[:300]})" if arguments else tool


def _rounded(value: float | None) -> float | None:
    return None if value is None or not np.isfinite(value) else round(value, 4)


def _figure(value: Figure, *, sign: bool = False) -> str:
    if value.value is None:
        return "unknown"
    spec = "+.3f" if sign else ".3f"
    ends = "" if value.low is None or value.high is None else f", {value.low:{spec}} to {value.high:{spec}}"
    return f"{value.value:{spec}}{ends}".replace("-", "−")
