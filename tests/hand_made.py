"""Studies written by hand: small arrays, everything else as a sweep would leave it."""

from __future__ import annotations

import json

import numpy as np

from ragtune.engine.workspace import Workspace
from ragtune.study import write_study

DIGESTS = {"corpus": "c" * 64, "queries": "a" * 64, "judgments": "b" * 64}


def design(**slots):
    plain = {"chunker": "sentence", "embedder": "minilm", "retriever": "dense", "reranker": "none"}
    return {**plain, "context": "token-budget", **slots}


def study(
    workspace: Workspace,
    name: str,
    scores: dict[str, list[list[float]]],
    *,
    queries=None,
    designs=None,
    better=None,
    targets=None,
    digests=None,
    dataset="faq",
    pick="",
    confirm=(),
    costs=None,
    noise=None,
    finished_at="2026-11-01T12:00:00+00:00",
):
    """`scores` are metric -> (configurations, queries); ids are `00000000`, `11111111`, … The first metric is maximized."""
    values = np.array([scores[metric] for metric in scores], dtype=float).transpose(1, 0, 2)
    n = len(values)
    queries = queries or [f"q{i}" for i in range(values.shape[2])]
    costs = costs or {}
    ids = [str(i) * 8 for i in range(n)]
    record = {
        "name": name,
        "config": {"maximize": next(iter(scores)), "targets": targets or {}},
        "dataset": {
            "name": dataset,
            "documents": 1,
            "queries": len(queries),
            "digests": {**DIGESTS, **(digests or {})},
        },
        "metrics": list(scores),
        "better": {metric: (better or {}).get(metric, "higher") for metric in scores},
        "queries": queries,
        "costs": list(costs),
        "noise": noise or {},
        "configurations": [
            {"id": id_, "slots": slots}
            for id_, slots in zip(ids, designs or [design(retriever=f"r{i}") for i in range(n)], strict=True)
        ],
        "run": {"failed": [], "finished_at": finished_at},
    }
    arrays = {
        "scores": values,
        "latencies": np.full((n, 4), np.nan),
        "costs": np.array([costs[name] for name in costs], dtype=float).reshape(len(costs), n),
        "fold": np.array([-1 if query in confirm else 0 for query in queries]),
    }
    written = write_study(workspace.studies / name, record, arrays)
    if pick:
        (written.folder / "verdict.json").write_text(json.dumps({"pick": pick, "folds": 0 if confirm else 5}))
    return written
