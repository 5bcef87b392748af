"""Latency added up from steps, against whole requests, one query at a time: they agree within a quarter.

Both are measured in turns, for the machine's own speed drifts by as much as is to be shown; of each the fastest turn
counts, the one that neighbours on the machine disturbed least.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence

import numpy as np

from benchmarks.common import conclude
from ragtune import load_dataset, sweep
from ragtune.engine import timing
from ragtune.engine.compute import Computer
from ragtune.engine.step import Step
from ragtune.engine.workspace import Workspace
from ragtune.sweeping import Prepared, prepare, sample

BAR = 0.25
TURNS = 7
CONFIG = {
    "space": {
        "chunker": ["sentence", "parent-child"],
        "embedder": ["wordllama", "minilm"],
        "retriever": ["bm25", "dense", "hybrid"],
        "reranker": ["none", "mmr", "maxsim"],
        "context": [{"token-budget": {"budget_tokens": [500, 2000]}}],
    },
    "baseline": {"chunker": "sentence", "embedder": "wordllama", "retriever": "dense"},
    "maximize": "span_recall",
}


def main() -> None:
    """Sweep the embedded corpus, then time every design both ways, turn by turn."""
    dataset = load_dataset("python-stdlib")
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(folder)
        sweep(dataset, CONFIG, workspace=workspace)
        prepared, computer = prepare(dataset, CONFIG), Computer(workspace)
        turns = [_both([wired.outcome for wired in prepared.wired], prepared, computer) for _ in range(TURNS)]
        worst = 0.0
        for wired, steps, whole in zip(prepared.wired, *np.min(np.array(turns), axis=0) * 1000, strict=True):
            worst = max(worst, abs(steps - whole) / whole)
            print(f"{steps:8.2f} ms in steps {whole:8.2f} ms whole   {wired.configuration}"[:150])
    conclude(
        f"latency: medians of steps and of whole requests differ by {worst:.0%} (bar {BAR:.0%})", passed=worst <= BAR
    )


def _both(targets: Sequence[Step], prepared: Prepared, computer: Computer) -> tuple[list[float], list[float]]:
    """Seconds of the median request of each design: its steps, timed as a sweep times those of all designs, and whole."""
    request = prepared.data.request
    times = timing.time_steps(targets, request, computer, sample)
    once = timing.time_whole(targets, request, computer, sample)
    steps, whole = [], []
    for target in targets:
        parts = [times[name] for name in timing.timed(timing.online_steps([target], request))]
        n = min(map(len, [*parts, once[target.key]]))  # the same requests in both
        steps.append(float(np.median(np.sum([part[:n] for part in parts], axis=0))))
        whole.append(float(np.median(once[target.key][:n])))
    return steps, whole


if __name__ == "__main__":
    main()
