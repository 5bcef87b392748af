"""How long a whole verdict takes: 1,000 configurations × 300 queries × 10,000 resamples, and its peak memory.

The configurations are much alike, so that most of them stay in the tie set: the slowest case.
"""

from __future__ import annotations

import resource

import numpy as np

from benchmarks.common import conclude, stopwatch
from benchmarks.verdict_truth import World, ndcg
from ragtune.splitting import split
from ragtune.verdict import Measured, judge

METRICS = 10
BAR_SECONDS = 10.0
BAR_MB = 1500


def main() -> None:
    rng = np.random.default_rng(0)
    lifts = rng.uniform(0, 0.05, 1000)
    world = World(tuple(ndcg(0.35 - lift, 0.35 + lift) for lift in lifts), difficulty=0.7)
    scores = np.stack([world.draw(300, rng) for _ in range(METRICS)], axis=1)
    labels = tuple(f"metric-{i}" for i in range(METRICS))
    measured = Measured(
        tuple(f"{i:04}" for i in range(1000)),
        labels,
        dict.fromkeys(labels, "higher"),
        scores,
        {"latency_p95_ms": rng.lognormal(3, 0.5, 1000), "context_tokens": rng.choice([500.0, 1000.0, 2000.0], 1000)},
    )
    texts = [f"question {i}" for i in range(300)]
    with stopwatch() as watch:
        parted = split(texts, texts)
        verdict = judge(measured, parted, maximize=labels[0], prefer=("latency_p95_ms", "context_tokens"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(verdict.headline)
    print(
        f"{len(verdict.tied):,} of 1,000 are tied; {METRICS} metrics; CPU time {watch.cpu:.1f} s, peak memory {peak:.0f} MB"
    )
    conclude(
        f"1,000 configurations × 300 queries × 10,000 resamples: {watch.wall:.1f} s (at most {BAR_SECONDS:.0f} s)",
        passed=watch.wall <= BAR_SECONDS and peak <= BAR_MB,
    )


if __name__ == "__main__":
    main()
