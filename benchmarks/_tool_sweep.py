"""A sweep of edits and selectors on ToolE, against name and description with MiniLM."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from benchmarks._tool_data import single
from benchmarks.common import kept_workspace, stopwatch
from ragtune import sweep
from ragtune.judging import verdict_of
from ragtune.study import Row, Study
from ragtune.verdict import Verdict

FIELDS = ["name", "description", "index_text"]
HYBRIDS: dict[str, Any] = {"fusion": "weighted", "normalization": ["min-max", "z-score"], "alpha": [0.5, 0.65, 0.8]}
BASELINE: dict[str, Any] = {
    "edits": "none",
    "embedder": "minilm",
    "selector": {"retrieved": {"k": 5, "retriever": "dense", "fields": FIELDS[:2]}},
    "caller": "similarity",
}
CONFIG: dict[str, Any] = {
    "name": "toole",
    "tools": "metatool",
    "space": {
        "edits": [
            ["none", "first-sentence"],
            [
                "none",
                {"add-examples": {"k": [1, 2, 3, 5, 10], "choose": ["first", "diverse"]}},
                {"add-examples": {"k": [1, 3, 5], "into": "description", "choose": "diverse"}},
            ],
        ],
        "embedder": "minilm",
        "selector": [
            {"retrieved": {"k": 5, "fields": [FIELDS], "retriever": ["bm25", "dense", "hybrid", {"hybrid": HYBRIDS}]}}
        ],
        "caller": "similarity",
    },
    "baseline": BASELINE,
    "metrics": ["success@1", "success@5", "nDCG@5", "selection_accuracy"],
    "maximize": "success@1",
    "split": {"pool": 0.5, "confirm": 0.3},
}
"""Half of each tool's 20 queries are examples that edits may take, and are not scored; 30 % of the rest confirm."""
MOVING = ("edits", "selector")


@dataclass(frozen=True)
class Found:
    """The study, its verdict, and what it took."""

    study: Study
    verdict: Verdict
    seconds: float

    @property
    def gain(self) -> float:
        """Of the pick over the baseline, on the queries kept back."""
        difference = self.verdict.result.difference
        return difference.mean if difference is not None else 0.0


def swept() -> Found:
    """Run it."""
    with stopwatch() as watch:
        study = sweep(single(), CONFIG, workspace=kept_workspace())
        verdict = verdict_of(study)
    return Found(study, verdict, watch.wall)


def told(found: Found) -> Iterable[str]:
    """Baseline, pick, and what each step alone gives, all on the queries kept back."""
    study, verdict = found.study, found.verdict
    rows = {row.id: row for row in study.leaderboard()}
    yield (
        f"ToolE sweep: {len(rows)} configurations, {verdict.tune_queries:,} queries choose, {verdict.judge_queries:,} "
        f"judge, {found.seconds:.0f} s"
    )
    for what, row in {
        "baseline": rows[verdict.baseline],
        "pick": rows[verdict.pick],
        **dict(_steps(rows.values())),
    }.items():
        yield f"  {what:34} {_line(row, verdict, study)}"
    yield f"  pick: {rows[verdict.pick].configuration['edits']}, {rows[verdict.pick].configuration['selector']}"
    yield f"  {verdict.headline}"
    yield from (f"  note: {warning}" for warning in verdict.warnings)


def _line(row: Row, verdict: Verdict, study: Study) -> str:
    standing = verdict.standing(row.id)
    place = study.scores.configurations.index(row.id)
    judge = study.fold < 0
    other = "  ".join(
        f"{metric} {study.scores.of(metric)[place, judge].mean():.3f}"
        for metric in ("success@5", "selection_accuracy", "tool_tokens")
    )
    gain = standing.difference
    judged = f"{standing.judged.mean:.3f}" if standing.judged else "?"
    by = f"{gain.mean:+.3f} [{gain.low:+.3f}, {gain.high:+.3f}] p {standing.p:.2g}" if gain and standing.p else ""
    return f"success@1 {judged}  {by:34}  {other}"


def _steps(rows: Iterable[Row]) -> Iterable[tuple[str, Row]]:
    """Rows that differ from the baseline in one thing, and both ways of telling five examples."""
    wanted = {
        "hybrid alone": ("none", "hybrid"),
        "5 examples, index, bm25": (_examples(5), "bm25"),
        "1 example, index, dense": (_examples(1), "dense"),
        "3 examples, index, dense": (_examples(3), "dense"),
        "5 examples, index, dense": (_examples(5), "dense"),
        "10 examples, index, dense": (_examples(10), "dense"),
        "5 examples, description, dense": (_examples(5, into="description"), "dense"),
        "10 examples, index, hybrid (rrf)": (_examples(10), "hybrid"),
    }
    for what, (edits, retriever) in wanted.items():
        for row in rows:
            if _edits(row) == edits and _retriever(row) == retriever and not row.baseline:
                yield what, row


def _examples(k: int, **knobs: Any) -> Any:
    told = {"k": k, "choose": "diverse", **knobs}
    return [{"add-examples": {name: value for name, value in told.items() if (name, value) != ("k", 5)}}]


def _edits(row: Row) -> Any:
    return row.configuration["edits"]


def _retriever(row: Row) -> Any:
    selector = row.configuration["selector"]
    return selector["retrieved"].get("retriever", "dense") if isinstance(selector, dict) else ""
