"""Coroutines that ask one question after the other, asked together: all that wait make a round."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ragtune.metrics._judge_asking import Question

Reply = dict[str, Any] | str
_QUIET_TURNS = 5
_MOMENT_S = 0.001


class Lost(BaseException):
    """There is no reply. Not an `Exception`: a measure that goes on without one would make its absence a score."""


class Rounds:
    """Runs coroutines side by side; whenever all of them wait for replies, their questions are asked in one go.

    So the row memo is used by one thread alone and writes a round at a time, while the endpoint is asked as many
    questions at once as it may be.
    """

    def __init__(self, ask: Callable[[Sequence[Question]], Sequence[Reply]]) -> None:
        self._ask = ask
        self._waiting: list[tuple[Question, asyncio.Future[Reply]]] = []

    async def reply(self, question: Question) -> Reply:
        """The reply to a question, or why there is none."""
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, future))
        return await future

    def run(self, work: Sequence[Callable[[], Coroutine[Any, Any, float]]]) -> list[float | str]:
        """What each comes to, or what it failed with."""
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return asyncio.run(self._run(work))
        with ThreadPoolExecutor(1) as aside:  # within a notebook, whose loop is taken
            return aside.submit(asyncio.run, self._run(work)).result()

    async def _run(self, work: Sequence[Callable[[], Coroutine[Any, Any, float]]]) -> list[float | str]:
        tasks = [asyncio.ensure_future(_told(each())) for each in work]
        try:
            while not all(task.done() for task in tasks):
                await self._quiet()
                waiting, self._waiting = self._waiting, []
                replies = self._ask([question for question, _ in waiting])
                for (_, future), reply in zip(waiting, replies, strict=True):
                    future.set_result(reply)
        finally:
            for task in tasks:
                task.cancel()
        return [task.result() for task in tasks]

    async def _quiet(self) -> None:
        """Until nobody has anything to do but wait."""
        turns, before = 0, -1
        while turns < _QUIET_TURNS:
            await asyncio.sleep(0 if self._waiting else _MOMENT_S)
            turns = turns + 1 if len(self._waiting) == before else 0
            before = len(self._waiting)


async def _told(work: Coroutine[Any, Any, float]) -> float | str:
    try:
        return await work
    except Lost as lost:
        return str(lost)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
