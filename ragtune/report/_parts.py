"""What only studies of one pipeline have: lost evidence and documents, or lost cases and confusions of tools."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from ragtune.engine.workspace import Workspace
from ragtune.errors import RagtuneError
from ragtune.explaining import Explanation, explain, trace
from ragtune.metrics import parse_metric
from ragtune.report import _pages, _tools, _words
from ragtune.study import Study
from ragtune.types import Floats, Ints

PAGES_BYTES = 2_500_000


def of_retrieval(
    study: Study,
    workspace: Workspace,
    designs: Ints,
    roles: Mapping[str, Any],
    shown: Mapping[int, int],
    absent: dict[str, str],
) -> dict[str, Any]:
    """What only a study of retrieval has, and the texts of its queries."""
    seen = _seen(study, workspace, designs, roles, absent)
    order = _pages.worst_first(seen, len(study.scores.queries)) if seen else []
    return {
        "words": _words.RAG,
        "texts": seen[0].traced.queries if seen else None,
        "losses": [_loss(each) for each in seen],
        "pages": _pages.pages(seen, [q for q in order if q in shown], PAGES_BYTES) if seen else {},
    }


def of_tools(
    study: Study,
    workspace: Workspace,
    designs: Ints,
    roles: Mapping[str, Any],
    shown: Mapping[int, int],
    absent: dict[str, str],
) -> dict[str, Any]:
    """What only a study of tools has, and the texts of its cases."""
    seen = _tools.seen_tools(study, workspace, designs, roles, absent)
    order = _tools.worst_first(seen, len(study.scores.queries)) if seen else []
    return {
        "words": _words.TOOLS,
        "texts": tuple(case.query for case in seen[0].explained.traced.judged.cases) if seen else None,
        "losses": [_tools.loss(each) for each in seen],
        "confusion": _tools.confused(seen),
        "errors": _tools.errors(seen, roles),
        "pages": _tools.pages(seen, [q for q in order if q in shown], PAGES_BYTES) if seen else {},
    }


def _seen(
    study: Study, workspace: Workspace, designs: Ints, roles: Mapping[str, Any], absent: dict[str, str]
) -> list[_pages.Seen]:
    """The pick and the baseline, explained; nothing where the workspace no longer holds what that takes."""
    found = []
    for i in dict.fromkeys([roles["pick"], roles["baseline"]]):
        id_ = study.record["configurations"][int(designs[i])]["id"]
        try:
            explained, traced = explain(study, workspace, id_), trace(study, workspace, id_)
            found.append(_pages.Seen(i, explained, traced, _answer_scores(study, int(designs[i]))))
        except (RagtuneError, ValidationError) as error:
            told = f"The workspace cannot tell how design {id_} came to its contexts: {error}"
            told = told.replace(str(workspace.folder), "it")
            absent.update({"losses": told, "pages": told})
    return found


def _answer_scores(study: Study, place: int) -> dict[str, Floats]:
    """Measures of answers of one configuration."""
    return {
        label: study.scores.of(label)[place]
        for label in study.scores.metrics
        if parse_metric(label).level in ("answer", "judge")
    }


def _loss(seen: _pages.Seen) -> dict[str, Any]:
    explained: Explanation = seen.explained
    stages = [{"told": loss.told, "lost": loss.needs, "gain": loss.oracle_needs} for loss in explained.losses]
    return {
        "configuration": seen.configuration,
        "total": explained.needs,
        "met": explained.met,
        "stages": stages,
    }
