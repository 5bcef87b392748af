"""Run steps: what is stored is not run again, what fails stops only what rests on it, and a kill loses nothing done."""

from __future__ import annotations

import heapq
import json
import time
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field

from ragtune.component import digest, identity
from ragtune.engine.compute import Computer, Done, provisional_key, result_key
from ragtune.engine.executors import InProcess, finish_all
from ragtune.engine.plan import Plan, make_plan
from ragtune.engine.step import Step
from ragtune.engine.workspace import Workspace
from ragtune.errors import WorkspaceError

FLUSH_SECONDS = 0.5
RATE_CHARACTERS = 2000
"""Characters a model must have read for its speed to be worth noting."""
GROUP = 8
"""Small steps that go to a worker together, because sending them costs more than doing them."""


@dataclass
class Report:
    """What a run did. `failed` maps the key of a failed step to its message; `skipped` rest on failed ones."""

    plan: Plan
    ran: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    skipped: set[str] = field(default_factory=set)
    provisional: set[str] = field(default_factory=set)
    """Steps that rest on replies which a model failed to give; the next run does them again."""
    spent: bool = False
    """Whether a step failed because a budget was spent."""
    seconds: float = 0.0
    model_seconds: float = 0.0
    characters: int = 0
    computed_rows: int = 0


Listener = Callable[[Step, Done], None]


def run(
    targets: Iterable[Step],
    workspace: Workspace,
    computer: Computer,
    executor: Executor | None = None,
    listen: Listener = lambda *_: None,
) -> Report:
    """Run whatever the targets still need. The caller holds the workspace for writing."""
    return _Run(make_plan(targets, workspace), workspace, executor or InProcess(computer), listen).all()


class _Run:
    def __init__(self, plan: Plan, workspace: Workspace, executor: Executor, listen: Listener) -> None:
        self.report = Report(plan)
        self.workspace = workspace
        self.executor = executor
        self.listen = listen
        self.steps = {step.key: step for step in plan.tasks}
        self.order = {step.key: i for i, step in enumerate(plan.tasks)}
        self.waiting = {key: set(needs) for key, needs in plan.needs.items()}
        self.dependants: dict[str, list[str]] = {key: [] for key in self.steps}
        for key, needs in plan.needs.items():
            for need in needs:
                self.dependants[need].append(key)
        self.ready = [self.order[key] for key, needs in self.waiting.items() if not needs]
        heapq.heapify(self.ready)
        self.rows: dict[bytes, bytes] = {}
        self.flushed = time.monotonic()

    def all(self) -> Report:
        began = time.perf_counter()
        running: dict[Future[list[Done]], list[Step]] = {}
        width = 2 * getattr(self.executor, "_max_workers", 0) or 1
        try:
            while self.ready or running:
                while self.ready and len(running) < width:
                    group = self._next_group()
                    running[self.executor.submit(finish_all, group)] = group
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    del running[future]
                    for done in future.result():
                        self._settle(done)
                self._flush(due=False)
        except BrokenProcessPool as error:
            raise WorkspaceError(
                "a worker process was killed (out of memory?). What was finished is kept; "
                "run the same command again, with fewer --workers if it was memory"
            ) from error
        finally:
            self._flush(due=True)
        self.report.seconds = time.perf_counter() - began
        return self.report

    def _next_group(self) -> list[Step]:
        group = [self._pop()]
        while group[0].keep == "row" and self.ready and len(group) < GROUP:
            if self.steps_in_order[self.ready[0]].keep != "row":
                break
            group.append(self._pop())
        return group

    @property
    def steps_in_order(self) -> tuple[Step, ...]:
        return self.report.plan.tasks

    def _pop(self) -> Step:
        return self.steps_in_order[heapq.heappop(self.ready)]

    def _settle(self, done: Done) -> None:
        step = self.steps[done.key]
        report = self.report
        report.model_seconds += done.model_seconds
        report.characters += done.characters
        report.computed_rows += done.computed_rows
        if done.fatal:
            raise done.fatal
        if done.error:
            self._fail(step, done)
        else:
            report.ran += 1
            if done.provisional:
                report.provisional.add(step.key)
            if step.keep == "row" and done.row is not None:
                under = provisional_key(step.key).encode() if done.provisional else result_key(step)
                self.rows[under] = done.row
            elif step.keep == "memo" and not done.provisional:
                mark = {"seconds": done.seconds, "characters": done.characters, "model_seconds": done.model_seconds}
                self.rows[result_key(step)] = json.dumps(mark).encode()
            self._note_rate(step, done)
            for key in self.dependants[step.key]:
                self._unblock(key, step.key)
        self.listen(step, done)

    def _note_rate(self, step: Step, done: Done) -> None:
        if not step.uses_memo:
            self.rows[_rate_key(step)] = json.dumps(done.seconds).encode()
        elif done.characters >= RATE_CHARACTERS:
            self.rows[_rate_key(step)] = json.dumps(done.seconds / done.characters).encode()

    def _unblock(self, key: str, by: str) -> None:
        self.waiting[key].discard(by)
        if not self.waiting[key] and key not in self.report.skipped:
            heapq.heappush(self.ready, self.order[key])

    def _fail(self, step: Step, done: Done) -> None:
        self.report.failed[step.key] = done.error
        self.report.spent |= done.spent
        self.workspace.note_failure({"step": repr(step), "key": step.key, "error": done.error})
        stack = [step]
        while stack:
            failed = stack.pop()
            for key in self.dependants[failed.key]:
                if self._rests_on(self.steps[key], failed):
                    if key not in self.report.skipped:
                        self.report.skipped.add(key)
                        stack.append(self.steps[key])
                else:  # it only waited for its turn with the same model
                    self._unblock(key, failed.key)

    def _rests_on(self, step: Step, other: Step) -> bool:
        return any(i == other or (i.key not in self.steps and self._rests_on(i, other)) for i in step.inputs)

    def _flush(self, *, due: bool) -> None:
        if self.rows and (due or time.monotonic() - self.flushed > FLUSH_SECONDS):
            rows, self.rows = self.rows, {}
            self.workspace.results.put(rows)
            self.flushed = time.monotonic()


def rates(workspace: Workspace, steps: Iterable[Step]) -> dict[str, float]:
    """Measured speed by step key, for steps whose like was run before in this workspace.

    Seconds a character for a step whose rows a model computes, seconds a step for any other.
    """
    steps = list(steps)
    known = workspace.results.get({_rate_key(step) for step in steps})
    return {step.key: json.loads(known[_rate_key(step)]) for step in steps if _rate_key(step) in known}


def _rate_key(step: Step) -> bytes:
    like = step.memo_scope if step.uses_memo else f"{identity(type(step.component))}.{step.verb}"
    return b"rate:" + digest(like).encode()
