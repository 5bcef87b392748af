"""What is to be done: the steps that targets rest on, less all that is stored. Resuming a run is planning it again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ragtune.engine.compute import result_key
from ragtune.engine.step import Step, closure
from ragtune.engine.workspace import Workspace


@dataclass(frozen=True)
class Plan:
    """Steps in a fixed order, inputs first.

    `steps` is everything the targets rest on; `stored` the keys whose result is on disk; `tasks` the kept steps that
    must run; `needs` the tasks that each task waits for.
    """

    steps: tuple[Step, ...]
    stored: frozenset[str]
    tasks: tuple[Step, ...]
    needs: dict[str, frozenset[str]]


def make_plan(targets: Iterable[Step], workspace: Workspace) -> Plan:
    """Plan the targets against what the workspace holds."""
    targets = list(targets)
    steps = tuple(closure(targets))
    stored = _stored(steps, workspace)
    wanted = _wanted(targets, stored)
    tasks = tuple(step for step in steps if step.key in wanted and step.keep != "no")
    return Plan(steps, stored, tasks, _needs(tasks))


def _stored(steps: Iterable[Step], workspace: Workspace) -> frozenset[str]:
    rows = {result_key(step): step.key for step in steps if step.keep in ("row", "memo")}
    found = {rows[key] for key in workspace.results.get(rows)}
    found.update(step.key for step in steps if step.keep == "file" and workspace.store.has(step.key))
    return frozenset(found)


def _wanted(targets: Iterable[Step], stored: frozenset[str]) -> set[str]:
    wanted: set[str] = set()
    stack = [step for step in targets if step.key not in stored]
    while stack:
        step = stack.pop()
        if step.key not in wanted:
            wanted.add(step.key)
            stack.extend(below for below in step.inputs if below.key not in stored)
    return wanted


def _needs(tasks: tuple[Step, ...]) -> dict[str, frozenset[str]]:
    """Direct waits: through steps that are not kept, down to tasks; and users of one memo one after another.

    Steps that share a model go in a fixed order, so that a text that two of them have in common is computed once, and by
    the same one each time.
    """
    kept = {step.key for step in tasks}
    memo: dict[str, set[str]] = {}

    def waits(step: Step) -> set[str]:
        if step.key not in memo:
            below = [{i.key} if i.key in kept else waits(i) for i in step.inputs]
            memo[step.key] = set().union(*below)
        return memo[step.key]

    needs = {}
    last: dict[str, str] = {}
    for step in tasks:
        before = set(waits(step))
        if step.uses_memo:
            if step.memo_scope in last:
                before.add(last[step.memo_scope])
            last[step.memo_scope] = step.key
        needs[step.key] = frozenset(before)
    return needs
