"""Latency added up from steps, against whole requests, one query at a time: they agree within a quarter."""

from __future__ import annotations

import tempfile

import numpy as np

from benchmarks.common import conclude
from ragtune import sweep

BAR = 0.25
CONFIG = {
    "space": {
        "chunker": ["sentence", "sentence(size_tokens=128)", "parent-child"],
        "embedder": ["wordllama", "minilm"],
        "retriever": ["bm25", "dense", "hybrid", {"hybrid": {"fusion": "weighted", "alpha": 0.7}}],
        "reranker": ["none", "mmr"],
    },
    "maximize": "span_recall",
}
"""Few enough texts that MiniLM need not long; the finalists are of several shapes."""


def main() -> None:
    """Sweep the embedded corpus, and compare both ways of timing for every finalist."""
    worst = 0.0
    for maximize in ("span_recall", "recall@5", "context_tokens"):  # other finalists each time
        with tempfile.TemporaryDirectory() as folder:
            study = sweep("python-stdlib", {**CONFIG, "maximize": maximize}, workspace=folder)
            added = dict(zip(study.scores.configurations, study.latencies_ms, strict=True))
            for id_, whole in study.record["whole_latency_ms"].items():
                steps = float(np.percentile(added[id_], 50))
                worst = max(worst, abs(steps - whole["p50"]) / whole["p50"])
                print(f"{maximize:<16}{id_}  steps {steps:7.2f} ms, whole {whole['p50']:7.2f} ms")
    conclude(
        f"latency: medians of steps and of whole requests differ by {worst:.0%} (bar {BAR:.0%})", passed=worst <= BAR
    )


if __name__ == "__main__":
    main()
