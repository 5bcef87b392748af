"""Progress on standard error: a live line on a terminal, now and then a plain one elsewhere."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from ragtune.cli._options import say, seconds
from ragtune.sweeping import Watcher

if TYPE_CHECKING:
    from ragtune.engine.compute import Done
    from ragtune.engine.plan import Plan
    from ragtune.engine.step import Step

_EVERY_SECONDS = 15.0


class Progress(Watcher):
    """Counts steps, and texts while a model embeds them. The time left rests on what steps of a kind have taken so far."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._left: dict[str, int] = {}
        self._spent: dict[str, tuple[int, float]] = {}
        self._total = self._done = 0
        self._now = ""
        self._running = 0.0
        self._began = self._shown = time.monotonic()

    def say(self, message: str) -> None:
        """On a line of its own."""
        self._clear()
        say(message)

    def planned(self, plan: Plan) -> None:
        """Learn how much there is to do."""
        self._total = len(plan.tasks)
        for step in plan.tasks:
            self._left[_like(step)] = self._left.get(_like(step), 0) + 1
        stored = sum(step.keep != "no" for step in plan.steps) - len(plan.tasks)
        self.say(f"{self._total} steps to run, {stored} stored already")

    def rows(self, step: Step, done: int, total: int) -> None:
        """A model is at work."""
        self._now = f"{step.component} embedding: {done:,}/{total:,} texts"
        self._running = done / total if total else 1.0
        self._show()

    def finished(self, step: Step, done: Done) -> None:
        """A step has ended."""
        kind = _like(step)
        count, spent = self._spent.get(kind, (0, 0.0))
        self._spent[kind] = (count + 1, spent + done.seconds)
        self._left[kind] -= 1
        self._done += 1
        self._now, self._running = "", 0.0
        if done.error:
            self.say(f"failed: {step.component} {step.verb}: {done.error}")
        self._show(last=self._done == self._total)

    def _show(self, *, last: bool = False) -> None:
        now = time.monotonic()
        if not last and now - self._shown < (0.2 if self._live else _EVERY_SECONDS):
            return
        self._shown = now
        line = f"{self._done}/{self._total} steps, {seconds(now - self._began)}{self._eta()}"
        line += f"  {self._now}" if self._now else ""
        if self._live:
            sys.stderr.write("\r\x1b[2K" + line[:79] + ("\n" if last else ""))
            sys.stderr.flush()
        else:
            say(line)

    def _eta(self) -> str:
        known = {kind: spent / count for kind, (count, spent) in self._spent.items()}
        if (
            self._done == self._total
            or not known
            or any(left and kind not in known and kind.startswith("memo") for kind, left in self._left.items())
        ):
            return ""
        left = sum(count * known.get(kind, 0.0) for kind, count in self._left.items())
        return f", about {seconds(left * (1 - self._running / max(1, self._total - self._done)))} left"

    def _clear(self) -> None:
        if self._live:
            sys.stderr.write("\r\x1b[2K")


def _like(step: Step) -> str:
    return f"{step.keep} {step.component.kind} {step.component.name} {step.verb}"
