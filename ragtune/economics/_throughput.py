"""How many requests a second a number of users at a time makes, from how long single requests took."""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ragtune.stats import bootstrap
from ragtune.types import Floats

ASSUMPTION = (
    "a closed loop: each user waits for the answer, thinks, and asks again (Little's law, N = X (R + Z)); a request takes "
    "as long as it took when it was measured, however many others are under way"
)


@dataclass(frozen=True)
class Throughput:
    """Requests a second under `concurrency` users, with the 95 % interval; `limit` says what bounds it.

    `batch_seconds` is how long all measured requests take, that many at a time, in their order. `needed` is the
    concurrency at which a wanted rate is reached.
    """

    concurrency: int
    think_seconds: float
    requests: int
    mean_seconds: float
    p50_seconds: float
    p95_seconds: float
    p99_seconds: float
    per_second: float
    low: float | None
    high: float | None
    limit: str
    batch_seconds: float
    needed: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {**asdict(self), "per_day": self.per_second * 86_400, "assumption": ASSUMPTION}


def throughput(
    seconds: Floats,
    concurrency: int,
    *,
    think_seconds: float = 0.0,
    requests_per_minute: float | None = None,
    tokens_per_minute: float | None = None,
    tokens: float | None = None,
    target: float | None = None,
    seed: int = 0,
) -> Throughput:
    """Requests a second of a closed loop.

    Args:
        seconds: (n_requests,) of single requests.
        concurrency: Users, or requests under way at a time.
        think_seconds: Between an answer and the same user's next question.
        requests_per_minute: What the endpoint lets through.
        tokens_per_minute: Likewise; counted only with `tokens`.
        tokens: Of a request, in and out, in the mean.
        target: A wanted rate in requests a second.
        seed: Of the interval.
    """
    interval = bootstrap(seconds[None, :], resamples=4_000, seed=seed)
    mean = float(seconds.mean())
    caps = {"concurrency": concurrency / (mean + think_seconds) if mean + think_seconds > 0 else math.inf}
    if requests_per_minute is not None:
        caps["requests a minute"] = requests_per_minute / 60
    if tokens_per_minute is not None and tokens:
        caps["tokens a minute"] = tokens_per_minute / 60 / tokens
    limit = min(caps, key=lambda name: caps[name])
    rest = min((cap for name, cap in caps.items() if name != "concurrency"), default=math.inf)
    ends: list[float | None] = [None, None]
    if len(seconds) > 1:
        bounds = (float(interval.high[0]), max(float(interval.low[0]), 0.0))
        ends = [min(rest, concurrency / (b + think_seconds)) if b + think_seconds > 0 else rest for b in bounds]
    p50, p95, p99 = np.percentile(seconds, [50, 95, 99]).tolist()
    reachable = target is not None and target <= rest
    return Throughput(
        concurrency=concurrency,
        think_seconds=think_seconds,
        requests=len(seconds),
        mean_seconds=mean,
        p50_seconds=p50,
        p95_seconds=p95,
        p99_seconds=p99,
        per_second=caps[limit],
        low=ends[0],
        high=ends[1],
        limit=limit,
        batch_seconds=makespan(seconds.tolist(), concurrency),
        needed=max(1, math.ceil((target or 0) * (mean + think_seconds) - 1e-9)) if reachable else None,
    )


def makespan(seconds: Sequence[float], workers: int) -> float:
    """When the last of the requests is done, each begun in turn as soon as one of the workers is free."""
    free = [0.0] * max(1, workers)
    for each in seconds:
        heapq.heapreplace(free, free[0] + each)
    return max(free)
