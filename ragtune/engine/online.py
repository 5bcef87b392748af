"""What a live request would wait for: each online step timed on one request at a time, warm, and added along its path.

Batch time divided by the number of queries is not latency. Here every step runs for a single request, on results of its
own inputs for that request, with everything prepared beforehand (index, vectors, loaded model) already in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ragtune.engine.compute import Computer
from ragtune.engine.step import Step, closure
from ragtune.engine.timing import REQUESTS, online_steps, time_steps, time_whole, timed
from ragtune.engine.workspace import Workspace


def sampled(n: int) -> list[int]:
    """Places of the requests that are timed, evenly spaced among `n`, at most `REQUESTS`.

    In the order of van der Corput's sequence, so that the first few are evenly spaced as well.
    """
    places: list[int] = np.unique(np.linspace(0, n - 1, min(n, REQUESTS)).astype(int)).tolist()
    bits = max(1, (len(places) - 1).bit_length())
    return [places[i] for i in sorted(range(len(places)), key=lambda i: int(f"{i:0{bits}b}"[::-1], 2))]


def measure(
    targets: Sequence[Step],
    request: Step,
    workspace: Workspace,
    computer: Computer,
    split: Callable[[Any], Sequence[Any]],
) -> None:
    """Time the online steps below `targets` that were never timed, and keep the times in the workspace.

    `request` is the step whose value holds the requests; `split` gives some of them, each as a value by itself.
    """
    recorded = _recorded(targets)
    targets = [target for target in dict.fromkeys(targets) if target.key not in recorded]
    paths = {target: list(timed(online_steps([target], request))) for target in targets}
    known = workspace.results.get({_key(name) for path in paths.values() for name in path})
    wanted = [target for target, path in paths.items() if any(_key(name) not in known for name in path)]
    times = time_steps(wanted, request, computer, split) if wanted else {}
    workspace.results.put({_key(name): each.tobytes() for name, each in times.items() if _key(name) not in known})


def latencies(targets: Sequence[Step], request: Step, workspace: Workspace) -> list[NDArray[np.float64] | None]:
    """Seconds of (REQUESTS,) sample requests along the path of each target.

    None where a step was never timed, and where the path begins in a recording, whose time nobody knows.
    """
    recorded = _recorded(targets)
    paths = [list(timed(online_steps([target], request, recorded))) for target in targets]
    rows = workspace.results.get({_key(name) for path in paths for name in path})
    found: list[NDArray[np.float64] | None] = []
    for target, path in zip(targets, paths, strict=True):
        if target.key in recorded:
            found.append(None)
            continue
        times = [np.resize(np.frombuffer(rows[_key(name)]), REQUESTS) for name in path if _key(name) in rows]
        found.append(np.sum(times, axis=0) if times and len(times) == len(path) else None)
    return found


def measure_whole(
    targets: Sequence[Step],
    request: Step,
    workspace: Workspace,
    computer: Computer,
    split: Callable[[Any], Sequence[Any]],
) -> list[NDArray[np.float64] | None]:
    """Seconds of (REQUESTS,) sample requests, each run through all steps of a target in turn: what `latencies` adds up.

    None for a target whose time nobody knows. Kept in the workspace, so that a target is run through once.
    """
    recorded = _recorded(targets)
    known = workspace.results.get(_whole_key(target) for target in targets)
    missing = [t for t in dict.fromkeys(targets) if _whole_key(t) not in known and t.key not in recorded]
    times = time_whole(missing, request, computer, split)
    fresh = {_whole_key(target): times[target.key].tobytes() for target in missing}
    workspace.results.put(fresh)
    rows = ({**known, **fresh}.get(_whole_key(target)) for target in targets)
    return [np.resize(np.frombuffer(row), REQUESTS) if row else None for row in rows]


def _whole_key(step: Step) -> bytes:
    return b"whole:" + step.key.encode()


def _key(name: str) -> bytes:
    return b"latency:" + name.encode()


def _recorded(targets: Iterable[Step]) -> set[str]:
    """Steps of components that only read what was recorded elsewhere (`recorded`), and all that rests on them."""
    found: set[str] = set()
    for step in closure(targets):
        if step.component.recorded or any(below.key in found for below in step.inputs):
            found.add(step.key)
    return found
