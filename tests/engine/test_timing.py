"""Times of steps are set right by what steps take inside whole requests."""

from __future__ import annotations

import time
from typing import ClassVar

import numpy as np
import pytest

from ragtune.component import Component, work
from ragtune.engine import timing
from ragtune.engine.compute import Computer
from ragtune.engine.step import Step
from ragtune.engine.workspace import Workspace
from ragtune.once import once
from tests.engine.toys import Add, Numbers


class Asked(Component):
    kind: ClassVar[str] = "toy"
    name: ClassVar[str] = "asked"

    @work(keep="no", online=False)
    def make(self) -> Numbers:
        return Numbers(np.arange(40))


def ones(numbers: Numbers) -> list[Numbers]:
    return [Numbers(numbers.n[i : i + 1]) for i in range(len(numbers.n))][: timing.REQUESTS]


ASKED = Step(Asked(), "make")
FIRST = Step(Add(amount=1), "passing", (ASKED,))
LEFT, RIGHT = (Step(Add(amount=amount), "passing", (FIRST,)) for amount in (2, 3))


class Ran:
    """A path that took this long: (n_requests, n_steps) seconds."""

    def __init__(self, steps: list[Step], seconds: list[list[float]]) -> None:
        self.steps, self.seconds = steps, np.array(seconds)


def test_every_online_step_has_a_time_and_a_whole_request_is_all_of_them(tmp_path):
    computer = Computer(Workspace(tmp_path))
    times = timing.time_steps([LEFT, RIGHT], ASKED, computer, ones)
    whole = timing.time_whole([LEFT, RIGHT], ASKED, computer, ones)
    assert set(times) == {FIRST.key, LEFT.key, RIGHT.key}
    assert set(whole) == {LEFT.key, RIGHT.key}
    assert all((seconds > 0).all() and len(seconds) >= 8 for seconds in [*times.values(), *whole.values()])


class Reader(Component):
    """Two verbs that run a model over what they are asked."""

    kind: ClassVar[str] = "toy"
    name: ClassVar[str] = "reader"
    model: str = "slow"

    def runs(self, verb: str) -> str:
        return self.model

    def _run(self, numbers: Numbers) -> Numbers:
        once((self.model, int(numbers.n[0])), lambda: time.sleep(0.01))
        return numbers

    @work(keep="no")
    def average(self, numbers: Numbers) -> Numbers:
        return self._run(numbers)

    @work(keep="no")
    def compare(self, numbers: Numbers) -> Numbers:
        return self._run(numbers)


class Sum(Component):
    """What a request ends in."""

    kind: ClassVar[str] = "toy"
    name: ClassVar[str] = "sum"

    @work(keep="no")
    def sum(self, *numbers: Numbers) -> Numbers:
        return Numbers(sum(each.n for each in numbers))


def test_a_step_whose_model_has_run_is_timed_as_one(tmp_path):
    first, second = (Step(Reader(), verb, (ASKED,)) for verb in ("average", "compare"))
    other = Step(Reader(model="other"), "compare", (ASKED,))
    both, apart, alone = (Step(Sum(), "sum", steps) for steps in ((first, second), (first, other), (second,)))
    assert list(timing.timed(timing.online_steps([both], ASKED))) == [first.key, f"{second.key}+", both.key]
    assert list(timing.timed(timing.online_steps([apart], ASKED))) == [first.key, other.key, apart.key]
    times = timing.time_steps([both, alone], ASKED, Computer(Workspace(tmp_path)), ones)
    assert {first.key, second.key, f"{second.key}+"} <= times.keys()
    assert np.median(times[f"{second.key}+"]) < 0.005 < np.median(times[second.key])


def test_a_step_seen_inside_requests_takes_what_it_took_there():
    alone = {FIRST.key: np.full(8, 0.001), LEFT.key: np.full(8, 0.001), RIGHT.key: np.full(8, 0.001)}
    paths = [Ran([FIRST, LEFT], [[0.002, 0.001]] * 8), Ran([FIRST, RIGHT], [[0.001, 0.0005]] * 8)]
    factors = timing._factors(paths, alone)
    assert factors[FIRST.key] == pytest.approx(1.5)  # (2 + 1) ms inside, (1 + 1) by itself
    assert (factors[LEFT.key], factors[RIGHT.key]) == (pytest.approx(1.0), pytest.approx(0.5))
    assert factors[Add, "passing"] == pytest.approx(4.5 / 4)  # for steps of the kind that were not seen


def test_fast_requests_decide_for_what_is_part_of_both():
    slow = Ran([FIRST, LEFT], [[0.004, 0.02]] * 8)
    fast = Ran([FIRST, RIGHT], [[0.001, 0.001]] * 8)
    alone = {FIRST.key: np.full(8, 0.001), LEFT.key: np.full(8, 0.01), RIGHT.key: np.full(8, 0.001)}
    factors = timing._factors([slow, fast], alone)
    assert (factors[FIRST.key], factors[LEFT.key]) == (pytest.approx(1.0), pytest.approx(2.0))


def test_designs_are_run_through_within_what_may_be_held(tmp_path, monkeypatch):
    monkeypatch.setattr(timing, "_TOGETHER_BYTES", 0)
    assert len(timing._paths([LEFT, RIGHT], ASKED, Computer(Workspace(tmp_path)))) == 2  # nothing is held for either
    monkeypatch.setattr(timing, "_RUN_THROUGH_FAST", 1)
    alone = {step.key: np.full(8, 0.001) for step in (FIRST, LEFT, RIGHT)}
    assert timing._some([LEFT, RIGHT], alone, ASKED) == [LEFT]
