"""How a study was measured: what one needs to believe it, or to do it again."""

from __future__ import annotations

import json
from typing import Any

from ragtune.report._units import count
from ragtune.study import Study
from ragtune.verdict import Verdict

Rows = list[list[str]]
_UNMEASURED = "not measured; ragtune noise measures it"


def method(study: Study, verdict: Verdict) -> dict[str, Any]:
    """`{told: [sentence], groups: [{title, rows: [[name, text]]}], config: JSON text}`."""
    groups = [
        ("Data", _data(study)),
        ("Judging", _judging(study, verdict)),
        ("Run", _run(study)),
        ("Lock: versions that can move a score", [[name, str(text)] for name, text in study.record["lock"].items()]),
    ]
    return {
        "told": _told(study, verdict),
        "groups": [{"title": title, "rows": rows} for title, rows in groups if rows],
        "config": json.dumps(study.record["config"], ensure_ascii=False, indent=1),
    }


def _told(study: Study, verdict: Verdict) -> list[str]:
    of_tools = study.record.get("pipeline") == "tools"
    against = (
        "the calls that each case asks for"
        if of_tools
        else "evidence that lives in the source documents, whatever the chunks"
    )
    told = [
        f"Every design was run on every query, and scored against {against}. The baseline is part of the study, so every "
        "result is also a paired difference."
    ]
    how = (
        f"{count(verdict.judge_queries, 'query', 'queries')} were kept back for judging and took no part in the choice."
        if not verdict.folds
        else f"The queries are too few to keep any back, so the choice was cross-validated in {verdict.folds} folds."
        if verdict.folds > 1
        else "The queries could not be parted: the choice is judged by the queries it was made by."
    )
    return [
        *told,
        f"{how} Intervals are 95 % bootstrap intervals over queries; p is a paired permutation test, corrected by Holm for "
        "all designs. Tied means: cannot be told from the best.",
    ]


def _data(study: Study) -> Rows:
    data = study.record["dataset"]
    rows = [["Dataset", data["name"]], ["Documents", f"{data['documents']:,}"], ["Queries", f"{data['queries']:,}"]]
    rows += [[f"Simulated by {recipe}", f"{n:,} queries"] for recipe, n in data.get("simulated", {}).items()]
    rows += [[f"Left out: {reason}", f"{n:,} queries"] for reason, n in data.get("left_out", {}).items()]
    return rows + [[f"sha256 of {part}", digest] for part, digest in data["digests"].items()]


def _judging(study: Study, verdict: Verdict) -> Rows:
    config = study.record["config"]
    split = config.get("split") or {}
    rows = [["Metric that decides", study.maximize], ["Metrics", ", ".join(study.scores.metrics)]]
    if config.get("prefer"):
        rows.append(["Costs that decide between ties", ", then ".join(config["prefer"])])
    if split:
        rows.append(["Split", f"{100 * split.get('confirm', 0):.0f} % to confirm, seed {split.get('seed', 0)}"])
    rows.append(
        ["Noise floor", f"{noise:.4g}" if (noise := study.record.get("noise", {}).get(study.maximize)) else _UNMEASURED]
    )
    rows.append(["Queries that choose", f"{verdict.tune_queries:,}"])
    rows.append(["Queries that judge", f"{verdict.judge_queries:,}"])
    return rows


def _run(study: Study) -> Rows:
    run = study.summary
    rows = [["Designs", f"{len(study.record['configurations']):,}"]]
    rows.append(["Steps", f"{run.get('ran', 0):,} run of {run.get('steps', 0):,}; the others were kept from before"])
    rows.append(["Time of the last run", f"{run.get('total_seconds', 0):,.1f} s"])
    rows += [["Failed", text] for text in run.get("failed", [])]
    return rows
