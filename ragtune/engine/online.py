"""What a live request would wait for: each online step timed on one request at a time, warm, and added along its path.

Batch time divided by the number of queries is not latency. Here every step runs for a single request, on results of its
own inputs for that request, with everything prepared beforehand (index, vectors, loaded model) already in memory.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ragtune.engine.compute import Computer
from ragtune.engine.memo import Memo
from ragtune.engine.step import Step, closure
from ragtune.engine.workspace import Workspace

REQUESTS = 32
_ENOUGH_SECONDS = 0.002
_ENOUGH_FOR_A_WHOLE = 0.2
_FEWEST = 8
"""Cheap steps, and those that cost money, are timed on the first few requests only; steps that run a model, on all.

Any first few must be like all of them: `split` is to give the requests in an order that sees to that."""
_SLOW_SECONDS = 0.005
_others, _all_others = np.zeros(1 << 19), np.zeros(1 << 23)
"""4 MiB, or 64 for slow steps, that are read before each timed call: in a request, other steps have just had the caches.

A slow step reads a model's weights, which a repeated call would find in the processor's last cache: measured, 15 ms of
MiniLM in place of the 19 that it takes in a request.
"""


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
    steps = list(_online(targets, request, _recorded(targets)))
    known = workspace.results.get(_key(step) for step in steps)
    missing = [step for step in steps if _key(step) not in known]
    if not missing:
        return
    singles: dict[str, list[Any]] = {request.key: list(split(computer.value(request)))}
    fresh: dict[bytes, bytes] = {}
    needed = {step.key for step in closure(missing)}
    for step in steps:
        if step.key in needed:
            seconds = _time(step, singles, computer)
            if _key(step) not in known:
                fresh[_key(step)] = seconds.tobytes()
    workspace.results.put(fresh)


def latencies(targets: Sequence[Step], request: Step, workspace: Workspace) -> list[NDArray[np.float64] | None]:
    """Seconds of (REQUESTS,) sample requests along the path of each target.

    None where a step was never timed, and where the path begins in a recording, whose time nobody knows.
    """
    recorded = _recorded(targets)
    steps = list(_online(targets, request, recorded))
    rows = workspace.results.get(_key(step) for step in steps)
    found: list[NDArray[np.float64] | None] = []
    for target in targets:
        if target.key in recorded:
            found.append(None)
            continue
        path = [rows.get(_key(step)) for step in _online([target], request, recorded)]
        times = [np.resize(np.frombuffer(row), REQUESTS) for row in path if row]
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
    fresh = {
        _whole_key(target): _run_through(target, request, computer, split).tobytes()
        for target in targets
        if _whole_key(target) not in known and target.key not in recorded
    }
    workspace.results.put(fresh)
    rows = ({**known, **fresh}.get(_whole_key(target)) for target in targets)
    return [np.resize(np.frombuffer(row), REQUESTS) if row else None for row in rows]


def _run_through(
    target: Step, request: Step, computer: Computer, split: Callable[[Any], Sequence[Any]]
) -> NDArray[np.float64]:
    steps = list(_online([target], request, set()))
    made = {request.key, *(step.key for step in steps)}
    offline = {below.key: computer.value(below) for step in steps for below in step.inputs if below.key not in made}
    times: list[float] = []
    for i, one in enumerate(split(computer.value(request))):
        for _ in range(2 if i == 0 else 1):  # the first call loads and warms
            began = time.perf_counter()
            values = {**offline, request.key: one}
            for step in steps:
                extra = {"memo": Memo(None, step.memo_scope, lambda *_: None)} if step.uses_memo else {}
                values[step.key] = step.run([values[below.key] for below in step.inputs], **extra)
            seconds = time.perf_counter() - began
        times.append(seconds)
        slow = sum(times) > _ENOUGH_FOR_A_WHOLE or any(step.component.priced for step in steps)
        if len(times) >= _FEWEST and slow:
            break
    return np.array(times)


def _whole_key(step: Step) -> bytes:
    return b"whole:" + step.key.encode()


def _key(step: Step) -> bytes:
    return b"latency:" + step.key.encode()


def _online(targets: Iterable[Step], request: Step, recorded: set[str]) -> Iterable[Step]:
    rests = {request.key}
    for step in closure(targets):
        if step.key not in recorded and any(below.key in rests for below in step.inputs):
            rests.add(step.key)
            if step.online:
                yield step


def _recorded(targets: Iterable[Step]) -> set[str]:
    """Steps of components that only read what was recorded elsewhere (`recorded`), and all that rests on them."""
    found: set[str] = set()
    for step in closure(targets):
        if step.component.recorded or any(below.key in found for below in step.inputs):
            found.add(step.key)
    return found


def _time(step: Step, singles: dict[str, list[Any]], computer: Computer) -> NDArray[np.float64]:
    """Run a step for one request after another, until it has been timed well enough; its results go into `singles`."""
    offline = {below.key: computer.value(below) for below in step.inputs if below.key not in singles}
    requests = [singles[below.key] for below in step.inputs if below.key in singles]
    extra = {"memo": Memo(None, step.memo_scope, lambda *_: None)} if step.uses_memo else {}
    results: list[Any] = []
    times: list[float] = []
    for i in range(min(map(len, requests))):
        inputs = [singles[b.key][i] if b.key in singles else offline[b.key] for b in step.inputs]
        if i == 0:
            step.run(inputs, **extra)  # the first call loads and warms
        (_all_others if times and times[-1] > _SLOW_SECONDS else _others).sum()
        began = time.perf_counter()
        results.append(step.run(inputs, **extra))
        times.append(time.perf_counter() - began)
        enough = len(times) >= _FEWEST and sum(times) > _ENOUGH_SECONDS
        if enough and (step.component.priced or not step.uses_memo):
            break
    singles[step.key] = results
    return np.array(times)
