"""Steps and whole requests, timed one request at a time, warm: models loaded, indexes in memory.

A step that is repeated by itself finds its own code and data in the processor's caches, and seems up to twice as fast as
it is in a request. So some of the designs are run through as a whole as well, and what a step takes by itself is set right
by what steps of its kind take there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ragtune.engine.compute import Computer
from ragtune.engine.memo import Memo
from ragtune.engine.step import Step, closure
from ragtune.once import one_request

REQUESTS = 32
_ENOUGH_SECONDS = 0.002
_ENOUGH_FOR_A_WHOLE = 0.2
_FEWEST = 8
"""Cheap steps, and those that cost money, are timed on the first few requests only; models, on all.

Any first few must be like all of them: `split` is to give the requests in an order that sees to that."""
_SLOW_SECONDS = 0.005
_RUN_THROUGH_FAST, _RUN_THROUGH_SLOW = 150, 12
"""At most so many designs are run through to see what steps take inside requests."""
_TOGETHER_BYTES = 1 << 30
"""And no more than this is held for them of what was prepared beforehand."""


def online_steps(targets: Iterable[Step], request: Step, recorded: Collection[str] = ()) -> Iterator[Step]:
    """The steps below `targets` that a live request runs, each after its inputs; those `recorded` are left out."""
    rests = {request.key}
    for step in closure(targets):
        if step.key not in recorded and any(below.key in rests for below in step.inputs):
            rests.add(step.key)
            if step.online:
                yield step


def timed(path: Iterable[Step]) -> dict[str, tuple[Step, Step | None]]:
    """What each step of a request is timed as, by name: after another one, where that has run the model for both."""
    found: dict[str, tuple[Step, Step | None]] = {}
    ran: dict[tuple[str, tuple[Step, ...]], Step] = {}
    for step in path:
        model = step.component.runs(step.verb)
        before = ran.setdefault((model, step.inputs), step) if model else step
        found[step.key if before is step else f"{step.key}+"] = step, None if before is step else before
    return found


def ready_before(steps: Sequence[Step], request: Step) -> list[Step]:
    """What stands ready before a request that runs these steps: their inputs that do not rest on it."""
    made = {request.key, *(step.key for step in steps)}
    return list(dict.fromkeys(below for step in steps for below in step.inputs if below.key not in made))


def unkept(step: Step) -> dict[str, Any]:
    """For a step that takes one, a row memo that keeps nothing: in a request, the model runs."""
    return {"memo": Memo(None, step.memo_scope, lambda *_: None)} if step.uses_memo else {}


def time_steps(
    targets: Sequence[Step], request: Step, computer: Computer, split: Callable[[Any], Sequence[Any]]
) -> dict[str, NDArray[np.float64]]:
    """Key -> seconds of sample requests, of every online step below the targets.

    Each is timed by itself, and set right by what steps of its kind take inside whole requests.
    """
    singles: dict[str, list[Any]] = {request.key: list(split(computer.value(request)))}
    steps = {name: both for target in targets for name, both in timed(online_steps([target], request)).items()}
    times = {name: _time(step, before, singles, computer) for name, (step, before) in steps.items()}
    paths = _paths(_some(targets, times, request), request, computer)
    _take_turns(paths, singles[request.key][:_FEWEST])
    factors = _factors(paths, times)
    return {name: times[name] * factors.get(name, factors.get(_kind(*both), 1.0)) for name, both in steps.items()}


def _paths(targets: Sequence[Step], request: Step, computer: Computer) -> list[_Path]:
    """Of as many targets as may be held at once."""
    paths: list[_Path] = []
    held: dict[str, int] = {}
    for target in targets:
        path = _Path(target, request, computer)
        more = {**held, **{key: value.nbytes for key, value in path.offline.items()}}
        if not paths or sum(more.values()) <= _TOGETHER_BYTES:
            paths.append(path)
            held = more
    return paths


def _some(targets: Sequence[Step], times: Mapping[str, NDArray[np.float64]], request: Step) -> list[Step]:
    """The designs to run through, evenly spaced: many of those that are fast, a few of those that are not."""
    fast: list[Step] = []
    slow: list[Step] = []
    for target in targets:
        steps = list(online_steps([target], request))
        if not any(step.component.priced for step in steps):
            seconds = sum(float(np.median(times[name])) for name in timed(steps))
            (slow if seconds > _SLOW_SECONDS else fast).append(target)
    picked = [(fast, _RUN_THROUGH_FAST), (slow, _RUN_THROUGH_SLOW)]
    return [group[i] for group, n in picked for i in np.unique(np.linspace(0, len(group) - 1, n).astype(int)) if group]


def _time(step: Step, before: Step | None, singles: dict[str, list[Any]], computer: Computer) -> NDArray[np.float64]:
    """Run a step for one request after another, until it has been timed well enough; its results go into `singles`."""
    offline = {below.key: computer.value(below) for below in step.inputs if below.key not in singles}
    results: list[Any] = []
    times: list[float] = []
    for i in range(min(len(singles[below.key]) for below in step.inputs if below.key in singles)):
        inputs = [singles[b.key][i] if b.key in singles else offline[b.key] for b in step.inputs]
        if i == 0:
            step.run(inputs, **unkept(step))  # the first call loads and warms
        with one_request():
            if before:
                before.run(inputs, **unkept(before))
            began = time.perf_counter()
            results.append(step.run(inputs, **unkept(step)))
            times.append(time.perf_counter() - began)
        enough = len(times) >= _FEWEST and sum(times) > _ENOUGH_SECONDS
        if enough and (step.component.priced or not step.uses_memo):
            break
    singles[step.key] = results
    return np.array(times)


def time_whole(
    targets: Sequence[Step], request: Step, computer: Computer, split: Callable[[Any], Sequence[Any]]
) -> dict[str, NDArray[np.float64]]:
    """Key -> seconds of sample requests, each run through all steps of a target."""
    paths = [_Path(target, request, computer) for target in targets]
    _take_turns(paths, list(split(computer.value(request))))
    return {target.key: path.seconds.sum(axis=1) for target, path in zip(targets, paths, strict=True)}


class _Path:
    """The online steps of a target, run through for one request at a time; `seconds` is (n_requests, n_steps)."""

    def __init__(self, target: Step, request: Step, computer: Computer) -> None:
        self._request = request.key
        self.steps = list(online_steps([target], request))
        self.offline = {step.key: computer.value(step) for step in ready_before(self.steps, request)}
        self.priced = any(step.component.priced for step in self.steps)
        self._seconds: list[list[float]] = []

    @property
    def seconds(self) -> NDArray[np.float64]:
        """What was timed so far."""
        return np.array(self._seconds)

    @property
    def enough(self) -> bool:
        """Whether it was timed well enough."""
        costly = self.priced or sum(map(sum, self._seconds)) > _ENOUGH_FOR_A_WHOLE
        return len(self._seconds) >= _FEWEST and costly

    def run(self, one: Any) -> float:
        """Time a request; its seconds."""
        values = {**self.offline, self._request: one}
        times = [time.perf_counter()]
        with one_request():
            for step in self.steps:
                values[step.key] = step.run([values[below.key] for below in step.inputs], **unkept(step))
                times.append(time.perf_counter())
        self._seconds.append(np.diff(times).tolist())
        return times[-1] - times[0]

    def forget(self) -> None:
        """The first calls load and warm."""
        self._seconds.clear()


def _take_turns(paths: Sequence[_Path], requests: Sequence[Any]) -> None:
    """Run the paths through, request by request, as requests of any design would come; those with slow steps apart."""
    slow = {path: min(path.run(requests[0]) for _ in range(2)) > _SLOW_SECONDS for path in paths}
    for path in paths:
        path.forget()
    for group in (False, True):
        for one in requests:
            for path in paths:
                if slow[path] == group and not path.enough:
                    path.run(one)


def _factors(paths: Sequence[_Path], times: Mapping[str, NDArray[np.float64]]) -> dict[str | tuple[type, str], float]:
    """Key or kind of a step -> how many times as long it takes inside a request as by itself.

    In fast requests, where it is part of any: beside a slow model, what a fast step takes makes no difference.
    """
    fast = [path for path in paths if np.median(path.seconds.sum(axis=1)) <= _SLOW_SECONDS]
    slow = _ratios([path for path in paths if path not in fast], times)
    return {**slow, **_ratios(fast, times)}


def _ratios(paths: Sequence[_Path], times: Mapping[str, NDArray[np.float64]]) -> dict[str | tuple[type, str], float]:
    inside: dict[str | tuple[type, str], list[float]] = {}
    alone: dict[str | tuple[type, str], list[float]] = {}
    for path in paths:
        for (name, both), seconds in zip(timed(path.steps).items(), path.seconds.T, strict=True):
            n = min(len(seconds), len(times[name]))
            for known in (name, _kind(*both)):
                inside.setdefault(known, []).append(float(np.median(seconds[:n])))
                alone.setdefault(known, []).append(float(np.median(times[name][:n])))
    return {name: sum(inside[name]) / sum(alone[name]) for name in inside}


def _kind(step: Step, before: Step | None) -> tuple[type, str]:
    return type(step.component), f"{step.verb}+" if before else step.verb
