"""Designs of a study."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import numpy as np

from ragtune.designs._design import Design
from ragtune.engine.codec import DamagedError
from ragtune.engine.step import Step
from ragtune.engine.workspace import Workspace
from ragtune.errors import InputError, WorkspaceError, suggest
from ragtune.pipelines.data import QueryData
from ragtune.study import Study
from ragtune.types import Queries

ROLES = ("pick", "best", "baseline")
"""Words for designs of a study; any other is the beginning of a configuration's id."""


def design_of(study: Study, which: str = "", workspace: Workspace | None = None) -> Design:
    """A design of a study: by role, by the beginning of its id, or its pick (best, without a verdict)."""
    record, verdict = study.record, _verdict(study)
    role = which or ("pick" if verdict else "best")
    i = _index(study, role, verdict)
    chosen = role in ("pick", "best")
    return Design(
        study=study.name,
        id=record["configurations"][i]["id"],
        role=role if role in ROLES else "",
        slots=record["configurations"][i]["slots"],
        dataset=record["dataset"]["name"],
        digests=record["dataset"]["digests"],
        maximize=study.maximize,
        better=record["better"],
        metrics=study.scores.metrics,
        queries=study.scores.queries,
        values=study.scores.values[i],
        chosen_among=len(record["configurations"]) if chosen else 1,
        held_out=_held_out(study) if role == "pick" else frozenset(),
        targets=record["config"].get("targets", {}),
        costs=_costs(study, i),
        noise=record.get("noise", {}),
        texts={} if workspace is None else _texts(study, workspace),
    )


def _index(study: Study, role: str, verdict: Mapping[str, Any]) -> int:
    ids = [entry["id"] for entry in study.record["configurations"]]
    if role == "baseline":
        return 0
    if role == "pick" and not verdict:
        raise InputError(f"study {study.name} has no verdict, so no pick; name 'best', or sweep again")
    wanted = {"pick": verdict.get("pick", ""), "best": study.best().id if role == "best" else ""}.get(role, role)
    found = [i for i, id_ in enumerate(ids) if id_.startswith(wanted)]
    if len(found) != 1:
        what = "several configurations begin with" if found else "there is no configuration"
        raise InputError(f"{what} '{wanted}' in study {study.name}{suggest(wanted, [*ROLES, *ids])}")
    return found[0]


def _verdict(study: Study) -> Mapping[str, Any]:
    path = study.folder / "verdict.json"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise WorkspaceError(f"{path} cannot be read ({error}); run the sweep again") from error
    return found if isinstance(found, dict) else {}


def _held_out(study: Study) -> frozenset[str]:
    """The queries that were kept for confirming; none where the choice was cross-validated, or took all."""
    if "fold" not in study._arrays:
        return frozenset()
    return frozenset(study.scores.queries[i] for i in np.flatnonzero(study.fold < 0))


def _costs(study: Study, i: int) -> dict[str, float]:
    """What is known of a configuration's costs, by the names of `ragtune.objectives.COSTS`."""
    found: dict[str, float] = {}
    if "context_tokens" in study.scores.metrics:
        found["context_tokens"] = float(study.scores.of("context_tokens")[i].mean())
    times = study.latencies_ms[i]
    if np.isfinite(times).all():
        for share in (50, 95, 99):
            found[f"latency_p{share}_ms"] = float(np.percentile(times, share))
    if "costs" in study.record:
        found.update({name: float(values[i]) for name, values in study.costs.items()})
    return {name: value for name, value in found.items() if np.isfinite(value)}


def _texts(study: Study, workspace: Workspace) -> dict[str, str]:
    """The queries' texts by id, where the workspace still has them."""
    key = Step(QueryData(digest=study.record["dataset"]["digests"]["queries"]), "read").key
    with suppress(DamagedError):
        found = workspace.store.get(key, Queries)
        if found is not None and len(found.texts) == len(study.scores.queries):
            return dict(zip(study.scores.queries, found.texts, strict=True))
    return {}
