"""What a design would reach if fewer tools were on offer: arithmetic on stored rankings, and nothing is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ragtune.engine.step import Step, closure
from ragtune.metrics._tools import JudgedShown
from ragtune.toolpanels._judging import Judged, ids
from ragtune.toolpanels._resampling import Figure, mean_of
from ragtune.toolpanels._tracing import TracedTools
from ragtune.tools import Case, Replies, Requests, Shown
from ragtune.types import Floats

SIZES = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
DRAWS = 10


@dataclass(frozen=True)
class PoolSize:
    """At most `size` tools on offer: the mean over draws, and an interval over cases.

    `success` is how often the first tool shown is right, over cases that a tool fits; unknown where the selector gives no
    scores, so that the first is first by chance. `selection` is the selection accuracy; unknown where the caller would
    have to be asked again.
    """

    size: int
    all: bool
    selection: Figure | None
    success: Figure | None


def pool_sizes(
    traced: TracedTools, sizes: Sequence[int] = SIZES, *, draws: int = DRAWS, seed: int = 0
) -> tuple[PoolSize, ...]:
    """The curve, from few tools to all of them.

    Args:
        traced: A configuration.
        sizes: How many tools to offer; those that are no fewer than all are left out.
        draws: For each size, so many random pools are drawn for every case; each holds all that are expected of it.
        seed: Of the pools.
    """
    judged = traced.judged
    total = len(judged.original)
    rows = [_size(traced, size, draws, seed) for size in sorted(set(sizes)) if size < total]
    scored = bool(np.isfinite(judged.shown.score).any())
    selected = np.where(judged.failed, np.nan, judged.selected.astype(np.float64))
    success = _success(judged, judged.shown) if scored else None
    return (*rows, PoolSize(total, True, _figure(selected), None if success is None else _figure(success)))


def _size(traced: TracedTools, size: int, draws: int, seed: int) -> PoolSize:
    judged = traced.judged
    selected: list[Floats] = []
    success: list[Floats] = []
    for draw in range(draws):
        requests = Requests(judged.requests.texts, _pools(judged, size, seed, draw))
        shown, replies = _again(traced, requests)
        if np.isfinite(shown.score).any():
            success.append(_success(judged, shown))
        if replies is not None:
            other = replace(judged, requests=requests, shown=shown, replies=replies.replies)
            selected.append(np.where(other.failed, np.nan, other.selected.astype(np.float64)))
    return PoolSize(
        size,
        False,
        _figure(np.mean(selected, axis=0)) if selected else None,
        _figure(np.mean(success, axis=0)) if len(success) == draws else None,
    )


def _pools(judged: Judged, size: int, seed: int, draw: int) -> tuple[tuple[str, ...], ...]:
    """For each case the tools on offer: those expected, and others at random of those that it offers."""
    names = ids(judged.original)
    rng = np.random.default_rng([seed, size, draw])
    rank = rng.random((len(judged), len(names)))
    pools = []
    for case, drawn in zip(judged.cases, rank, strict=True):
        pools.append(_pool(case, names, drawn, size))
    return tuple(pools)


def _pool(case: Case, names: Sequence[str], drawn: Floats, size: int) -> tuple[str, ...]:
    wanted = list(dict.fromkeys(call.tool for call in case.calls))
    allowed = set(names if case.tools is None else case.tools) - set(wanted)
    others = [names[i] for i in np.argsort(drawn).tolist() if names[i] in allowed]
    return (*wanted, *others[: max(0, size - len(wanted))])


def _again(traced: TracedTools, requests: Requests) -> tuple[Shown, Replies | None]:
    """What is shown and called when other tools are on offer; rankings of all tools stay as they are.

    Only the selector and the caller see what is on offer. A caller that asks a model, or reads what one said, is not run.
    """
    wired = traced.wired
    caller = wired.replies.component
    values: dict[str, Any] = {}
    asks = caller.recorded or caller.priced or wired.replies.uses_memo
    for step in closure([wired.shown] if asks else [wired.replies]):
        if step.component.kind in ("selector", "caller") and _sees_offer(step, traced, values):
            inputs = [
                requests if below == traced.data.requests else _value(traced, below, values) for below in step.inputs
            ]
            values[step.key] = step.run(inputs)
    shown = _value(traced, wired.shown, values)
    return shown, None if asks else _value(traced, wired.replies, values)


def _sees_offer(step: Step, traced: TracedTools, values: dict[str, Any]) -> bool:
    return any(below == traced.data.requests or below.key in values for below in step.inputs)


def _value(traced: TracedTools, step: Step, values: dict[str, Any]) -> Any:
    return values[step.key] if step.key in values else traced.computer.value(step)


def _success(judged: Judged, shown: Shown) -> Floats:
    """(n_cases,) 1 where the first tool shown is needed; nan where no tool fits."""
    within = JudgedShown(shown, judged.toolset, judged.cases).relevant_within(1, "evidence")
    found: Floats = np.where(judged.fits, np.minimum(within, 1.0), np.nan)
    return found


def _figure(values: Floats) -> Figure:
    return mean_of(values[~np.isnan(values)])
