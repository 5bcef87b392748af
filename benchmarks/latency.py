"""Latency added up from steps, against whole requests, one query at a time: they agree within a quarter.

Both are measured in turns, for the machine's own speed drifts by as much as is to be shown.
"""

from __future__ import annotations

import tempfile

import numpy as np

from benchmarks.common import conclude
from ragtune import load_dataset, sweep
from ragtune.engine import online
from ragtune.engine.compute import Computer
from ragtune.engine.step import Step
from ragtune.engine.workspace import Workspace
from ragtune.sweeping import prepare, sample

BAR = 0.25
TURNS = 7
CONFIG = {
    "space": {
        "chunker": ["sentence", "parent-child"],
        "embedder": ["wordllama", "minilm"],
        "retriever": ["bm25", "dense", "hybrid"],
        "reranker": ["none", "mmr"],
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
        worst = 0.0
        for wired in prepared.wired:
            turns = [_both(wired.outcome, prepared.data.request, computer) for _ in range(TURNS)]
            steps, whole = np.median(np.array(turns), axis=0) * 1000
            worst = max(worst, abs(steps - whole) / whole)
            print(f"{steps:8.2f} ms in steps {whole:8.2f} ms whole   {wired.configuration}"[:150])
    conclude(
        f"latency: medians of steps and of whole requests differ by {worst:.0%} (bar {BAR:.0%})", passed=worst <= BAR
    )


def _both(target: Step, request: Step, computer: Computer) -> tuple[float, float]:
    """Seconds of the median request, by its steps and as a whole, of the same requests."""
    singles = {request.key: list(sample(computer.value(request)))}
    parts = [online._time(step, singles, computer) for step in online._online([target], request, set())]
    added = np.sum([np.resize(part, online.REQUESTS) for part in parts], axis=0)
    whole = online._run_through(target, request, computer, sample)
    return float(np.median(added[: len(whole)])), float(np.median(whole))


if __name__ == "__main__":
    main()
