"""A real decision on SciFact and CovidQA: does the pick beat LlamaIndex's defaults on queries that took no part in it?"""

from __future__ import annotations

from typing import Any

from benchmarks.common import conclude, data, kept_workspace
from ragtune import sweep
from ragtune.judging import verdict_of
from ragtune.study import Study
from ragtune.verdict import Verdict

RETRIEVERS = [
    {"bm25": {"k1": [0.9, 1.2, 1.6], "b": [0.4, 0.75]}},
    "dense",
    {"hybrid": {"fusion": "rrf", "rrf_k": [20, 60]}},
    {
        "hybrid": {
            "fusion": "weighted",
            "normalization": ["min-max", "z-score", "dbsf"],
            "alpha": [0.2, 0.35, 0.5, 0.65, 0.8],
            "retrievers": [["bm25", "dense"], [{"bm25": {"k1": 0.9, "b": 0.4}}, "dense"]],
        }
    },
]
SETS: dict[str, dict[str, Any]] = {
    "retrieval/scifact": {
        "name": "scifact",
        "space": {
            "chunker": ["whole-document", "sentence(size_tokens=256)"],
            "embedder": "minilm",
            "retriever": RETRIEVERS,
            "context": {"token-budget": {"budget_tokens": [500, 1000, 2000, 4000]}},
        },
        "maximize": "nDCG@10",
    },
    "spans/covidqa": {
        "name": "covidqa",
        "space": {
            "chunker": [
                "sentence(size_tokens=128)",
                "sentence(size_tokens=192)",
                "sentence(size_tokens=256)",
                "recursive(size_tokens=200)",
                "token-window(size_tokens=256, overlap_tokens=64)",
            ],
            "embedder": ["minilm", "wordllama"],
            "retriever": RETRIEVERS,
            "context": {"token-budget": {"budget_tokens": 1000}},  # for all of them: more text would win by itself
        },
        "maximize": "span_recall",
    },
}
BAR = 0.01


def main() -> None:
    """Sweep both, and print what was decided and how sure it is."""
    worst = 0.0
    for path, config in SETS.items():
        study = sweep(data(path), config, workspace=kept_workspace())
        verdict = verdict_of(study)
        for line in told(study, verdict):
            print(line)
        worst = max(worst, verdict.result.p if verdict.outcome == "better" and verdict.result.p is not None else 1.0)
    conclude(
        f"decision: the larger p of both picks against the baseline is {worst:.2g} (bar {BAR:g})", passed=worst < BAR
    )


def told(study: Study, verdict: Verdict) -> list[str]:
    """Baseline, pick, interval and costs."""
    rows = {row.id: row for row in study.leaderboard()}
    costs = {name: values for name, values in study.costs.items() if name in ("latency_p95_ms", "context_tokens")}
    places = {name: study.scores.configurations.index(name) for name in (verdict.baseline, verdict.pick)}
    return [
        f"{study.name}: {len(rows)} configurations, {verdict.tune_queries} queries choose, {verdict.judge_queries} judge",
        *(
            f"  {what}: {rows[id_].configuration} "
            + ", ".join(f"{name} {values[places[id_]]:.4g}" for name, values in costs.items())
            for what, id_ in (("baseline", verdict.baseline), ("pick", verdict.pick))
        ),
        f"  {verdict.headline}",
        f"  {verdict.reason}",
        *(f"  note: {warning}" for warning in verdict.warnings),
    ]


if __name__ == "__main__":
    main()
