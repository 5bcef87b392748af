"""Coroutines that ask one question after the other, side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

from ragtune.metrics._judge_asking import Question, Reply

_QUIET_TURNS = 5


class Lost(BaseException):
    """There is no reply. Not an `Exception`: a measure that goes on without one would make its absence a score."""


class Rounds:
    """Questions of coroutines that run side by side; each has its reply as soon as that is there. Equal ones are one.

    Where questions are gathered (for a batch, which comes back as a whole), those that were asked until nobody asks more
    make a round.
    """

    def __init__(
        self, ask: Callable[[Sequence[Question]], Awaitable[Sequence[Reply]]], *, gathered: bool = False
    ) -> None:
        self._ask, self._gathered = ask, gathered
        self._group = asyncio.TaskGroup()
        self._waiting: list[Question] = []
        self._replies: dict[Question, asyncio.Future[Reply]] = {}

    async def run(self, work: Sequence[Callable[[], Coroutine[Any, Any, float]]]) -> list[float | str]:
        """What each comes to, or what it failed with."""
        try:
            async with self._group as group:
                tasks = [group.create_task(_told(each())) for each in work]
        except BaseExceptionGroup as failed:  # asking itself failed: a full disk
            raise failed.exceptions[0] from None
        return [task.result() for task in tasks]

    async def reply(self, question: Question) -> Reply:
        """The reply to a question, or why there is none."""
        if question not in self._replies:
            self._replies[question] = asyncio.get_running_loop().create_future()
            self._waiting.append(question)
            if not self._gathered:
                self._group.create_task(self._put(self._waiting.pop()))
            elif len(self._waiting) == 1:
                self._group.create_task(self._round())
        return await self._replies[question]

    async def _round(self) -> None:
        turns, before = 0, 0
        while turns < _QUIET_TURNS:
            await asyncio.sleep(0)
            turns = turns + 1 if len(self._waiting) == before else 0
            before = len(self._waiting)
        asked, self._waiting = self._waiting, []
        await self._put(*asked)

    async def _put(self, *questions: Question) -> None:
        for question, reply in zip(questions, await self._ask(questions), strict=True):
            self._replies[question].set_result(reply)


async def _told(work: Coroutine[Any, Any, float]) -> float | str:
    try:
        return await work
    except Lost as lost:
        return str(lost)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
